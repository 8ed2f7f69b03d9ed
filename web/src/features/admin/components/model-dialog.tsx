// What operators say about a model over what its provider says.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { FormDialog } from "@/components/desk/form-dialog.tsx";
import { SelectField } from "@/components/desk/select-field.tsx";
import { Switch } from "@/components/desk/switch.tsx";
import { Button } from "@/components/ui/button.tsx";
import { TextField } from "@/components/ui/field.tsx";
import { toast } from "@/components/ui/toast-store.ts";
import type { AdminModel } from "@/lib/api/types.ts";
import { useFields } from "@/lib/form/use-fields.ts";
import { parseWhole } from "@/lib/money/decimal.ts";
import { useChange } from "@/lib/query/use-change.ts";
import { modelsQuery, resetModel, setModel } from "../api/models.ts";

const ABILITIES = ["vision", "tools", "json", "reasoning", "continues"] as const;
const ANSWERS = { "": null, yes: true, no: false } as const;
type Answer = keyof typeof ANSWERS;

function answerOf(value: boolean | null | undefined): Answer {
  if (value === null || value === undefined) return "";
  return value ? "yes" : "no";
}

export function ModelDialog({ model, onClose }: { model: AdminModel; onClose: () => void }) {
  const t = useTranslations("admin.models");
  const client = useQueryClient();
  const [enabled, setEnabled] = useState(model.enabled);
  const own = model.override;
  const whole = (value: string) =>
    value.trim() === "" || (parseWhole(value) ?? 0) >= 1 ? null : t("wholeInvalid");
  const form = useFields(
    {
      name: own?.name ?? "",
      context_window: own?.context_window?.toString() ?? "",
      max_output: own?.max_output?.toString() ?? "",
      vision: answerOf(own?.capabilities?.vision) as string,
      tools: answerOf(own?.capabilities?.tools) as string,
      json: answerOf(own?.capabilities?.json) as string,
      reasoning: answerOf(own?.capabilities?.reasoning) as string,
      continues: answerOf(own?.capabilities?.continues) as string,
    },
    { context_window: whole, max_output: whole },
  );
  const submit = form.onSubmit(async (values) => {
    const say = (value: string) => ANSWERS[value as Answer];
    const number = (value: string) => (value.trim() === "" ? null : parseWhole(value));
    await setModel({
      model: model.id,
      name: values.name.trim() === "" ? null : values.name.trim(),
      context_window: number(values.context_window),
      max_output: number(values.max_output),
      capabilities: {
        vision: say(values.vision),
        tools: say(values.tools),
        json: say(values.json),
        reasoning: say(values.reasoning),
        continues: say(values.continues),
      },
      enabled,
    });
    for (const queryKey of [modelsQuery.queryKey, ["chat", "models"]])
      void client.invalidateQueries({ queryKey: [...queryKey] });
    toast(t("saved"), { tone: "good" });
    onClose();
  });
  const reset = useChange<string>({
    act: resetModel,
    touches: [modelsQuery.queryKey, ["chat", "models"]],
    said: t("wasReset"),
    done: onClose,
  });
  return (
    <FormDialog
      wide
      title={t("editTitle")}
      description={t("editLead", { model: model.id })}
      fault={form.fault ?? reset.fault}
      busy={form.busy}
      onSubmit={submit}
      onClose={onClose}
    >
      <Switch
        label={t("enabled")}
        hint={t("enabledHint")}
        checked={enabled}
        onChange={setEnabled}
      />
      <TextField
        label={t("name")}
        placeholder={model.name}
        autoComplete="off"
        {...form.field("name")}
      />
      <div className="grid items-start gap-5 sm:grid-cols-2">
        <TextField
          label={t("windowLabel")}
          placeholder={model.context_window?.toString() ?? ""}
          inputMode="numeric"
          autoComplete="off"
          {...form.field("context_window")}
        />
        <TextField
          label={t("maxOutput")}
          placeholder={model.max_output?.toString() ?? ""}
          inputMode="numeric"
          autoComplete="off"
          {...form.field("max_output")}
        />
        {ABILITIES.map((one) => (
          <SelectField
            key={one}
            label={t(`ability.${one}`)}
            choices={[
              { value: "", label: t("asProvider") },
              { value: "yes", label: t("yes") },
              { value: "no", label: t("no") },
            ]}
            {...form.field(one)}
          />
        ))}
      </div>
      {own ? (
        <div>
          <Button
            tone="link"
            className="-ms-4"
            busy={reset.busy}
            onClick={() => reset.run(model.id)}
          >
            {t("reset")}
          </Button>
        </div>
      ) : null}
    </FormDialog>
  );
}
