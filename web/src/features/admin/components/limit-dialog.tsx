// Sets what somebody may use. What is left empty is not limited.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import { FormDialog } from "@/components/desk/form-dialog.tsx";
import { SelectField } from "@/components/desk/select-field.tsx";
import { Field, inputClass, TextField } from "@/components/ui/field.tsx";
import { toast } from "@/components/ui/toast-store.ts";
import type { Limit } from "@/lib/api/types.ts";
import { useFields } from "@/lib/form/use-fields.ts";
import { MICROS, parseDecimal, parseWhole, toDecimal } from "@/lib/money/decimal.ts";
import { limitsQuery, setLimit } from "../api/limits.ts";
import { subjectsQuery } from "../api/subjects.ts";
import { useLimitName } from "./use-limit-name.ts";

/** Whom a new limit may be about; the server refuses assistants and rooms until there are some. */
const SCOPES = ["everyone", "user", "api_key"] as const;
type Scope = Limit["scope"];

export interface LimitDialogProps {
  /** Null for a new one. */
  limit: Limit | null;
  onClose: () => void;
}

export function LimitDialog({ limit, onClose }: LimitDialogProps) {
  const t = useTranslations("admin.limits");
  const locale = useLocale();
  const client = useQueryClient();
  const nameOf = useLimitName();
  const [scope, setScope] = useState<Scope>(limit?.scope ?? "everyone");
  const [single, setSingle] = useState(false);
  const whole = (value: string) =>
    value.trim() === "" || parseWhole(value) !== null ? null : t("wholeInvalid");
  const cost = limit?.cost_per_month_micros;
  const form = useFields(
    {
      subject: "",
      requests_per_minute: limit?.requests_per_minute?.toString() ?? "",
      tokens_per_day: limit?.tokens_per_day?.toString() ?? "",
      cost_per_month_micros:
        cost === null || cost === undefined ? "" : toDecimal(cost, MICROS, locale),
    },
    {
      subject: (value) =>
        single && !/^[0-9a-f-]{36}$/i.test(value.trim()) ? t("subjectInvalid") : null,
      requests_per_minute: whole,
      tokens_per_day: whole,
      cost_per_month_micros: (value) =>
        value.trim() === "" || parseDecimal(value, MICROS, locale) !== null
          ? null
          : t("costInvalid"),
    },
  );
  const submit = form.onSubmit(async (values) => {
    const empty = (value: string) => value.trim() === "";
    await setLimit({
      scope,
      subject: limit === null ? (single ? values.subject.trim() : null) : (limit.subject ?? null),
      requests_per_minute: empty(values.requests_per_minute)
        ? null
        : parseWhole(values.requests_per_minute),
      tokens_per_day: empty(values.tokens_per_day) ? null : parseWhole(values.tokens_per_day),
      cost_per_month_micros: empty(values.cost_per_month_micros)
        ? null
        : parseDecimal(values.cost_per_month_micros, MICROS, locale),
    });
    for (const queryKey of [limitsQuery.queryKey, ["admin", "standing"], ["usage"]])
      void client.invalidateQueries({ queryKey: [...queryKey] });
    toast(t("saved"), { tone: "good" });
    onClose();
  });
  return (
    <FormDialog
      guarded
      title={limit === null ? t("addTitle") : t("editTitle")}
      description={limit === null ? t("dialogLead") : nameOf(limit)}
      fault={form.fault}
      busy={form.busy}
      onSubmit={submit}
      onClose={onClose}
    >
      {limit === null ? (
        <SelectField
          label={t("scope")}
          value={single ? `one:${scope}` : scope}
          choices={[
            ...SCOPES.map((one) => ({ value: one as string, label: t(`scopes.${one}`) })),
            ...SCOPES.filter((one) => one !== "everyone").map((one) => ({
              value: `one:${one}`,
              label: t(`single.${one}`),
            })),
          ]}
          onChange={(event) => {
            const { value } = event.target;
            const next = SCOPES.find((one) => one === value.replace("one:", ""));
            if (next) setScope(next);
            setSingle(value.startsWith("one:"));
          }}
        />
      ) : null}
      {limit === null && single ? <Subject scope={scope} field={form.field("subject")} /> : null}
      <TextField
        label={t("requests")}
        inputMode="numeric"
        autoComplete="off"
        placeholder={t("unlimited")}
        {...form.field("requests_per_minute")}
      />
      <TextField
        label={t("tokens")}
        hint={t("tokensHint")}
        inputMode="numeric"
        autoComplete="off"
        placeholder={t("unlimited")}
        {...form.field("tokens_per_day")}
      />
      <TextField
        label={t("costLabel")}
        hint={t("costHint")}
        inputMode="decimal"
        autoComplete="off"
        placeholder={t("unlimited")}
        {...form.field("cost_per_month_micros")}
      />
    </FormDialog>
  );
}

interface SubjectProps {
  scope: Scope;
  field: ReturnType<ReturnType<typeof useFields<{ subject: string }>>["field"]>;
}

/** Its id; those who used a model lately are offered by name. */
function Subject({ scope, field }: SubjectProps) {
  const t = useTranslations("admin.limits");
  const id = useId();
  const { error, ref, ...input } = field;
  const known = useQuery(subjectsQuery(scope));
  return (
    <Field label={t("subject")} hint={t("subjectHint")} error={error}>
      {(parts) => (
        <>
          <input
            {...input}
            {...parts}
            ref={ref}
            list={`${id}-known`}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            className={inputClass}
          />
          <datalist id={`${id}-known`}>
            {known.data?.map((one) => (
              <option key={one.id} value={one.id} label={one.name} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
