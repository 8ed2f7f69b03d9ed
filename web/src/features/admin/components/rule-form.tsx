// Adds a content rule.
import { useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { cardClass } from "@/components/desk/page.tsx";
import { SelectField } from "@/components/desk/select-field.tsx";
import { Alert } from "@/components/ui/alert.tsx";
import { Button } from "@/components/ui/button.tsx";
import { TextField } from "@/components/ui/field.tsx";
import { toast } from "@/components/ui/toast-store.ts";
import type { Rule } from "@/lib/api/types.ts";
import { useFields } from "@/lib/form/use-fields.ts";
import { createRule, rulesQuery } from "../api/rules.ts";

const ACTIONS = ["block", "flag"] as const;
const DIRECTIONS = ["both", "in", "out"] as const;

export function RuleForm() {
  const t = useTranslations("admin.rules");
  const common = useTranslations("common");
  const client = useQueryClient();
  const form = useFields(
    { pattern: "", action: "block" as string, direction: "both" as string },
    { pattern: (value) => (value.trim() === "" ? common("required") : null) },
  );
  const submit = form.onSubmit(async (values) => {
    await createRule({
      pattern: values.pattern.trim(),
      action: values.action as Rule["action"],
      direction: values.direction as Rule["direction"],
    });
    form.set("pattern", "");
    form.focus("pattern");
    toast(t("added"), { tone: "good" });
    await client.invalidateQueries({ queryKey: rulesQuery.queryKey });
  });
  return (
    <form
      noValidate
      onSubmit={submit}
      aria-label={t("add")}
      className={`${cardClass} flex flex-col gap-5 p-5`}
    >
      {form.fault ? <Alert tone="danger">{form.fault}</Alert> : null}
      <TextField
        label={t("pattern")}
        hint={t("patternHint")}
        autoComplete="off"
        maxLength={200}
        {...form.field("pattern")}
      />
      <div className="grid @md:grid-cols-2 items-start gap-5">
        <SelectField
          label={t("action")}
          hint={t("actionHint")}
          choices={ACTIONS.map((one) => ({ value: one, label: t(`actions.${one}`) }))}
          {...form.field("action")}
        />
        <SelectField
          label={t("direction")}
          choices={DIRECTIONS.map((one) => ({ value: one, label: t(`directions.${one}`) }))}
          {...form.field("direction")}
        />
      </div>
      <div>
        <Button type="submit" busy={form.busy}>
          {t("add")}
        </Button>
      </div>
    </form>
  );
}
