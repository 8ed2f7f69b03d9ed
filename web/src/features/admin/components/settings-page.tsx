// What holds for the whole gateway: when operators are warned, who checks texts, what is answered from memory.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocale, useTranslations } from "use-intl";
import { Loaded } from "@/components/desk/loaded.tsx";
import { Block, cardClass, Page } from "@/components/desk/page.tsx";
import { Switch } from "@/components/desk/switch.tsx";
import { Alert } from "@/components/ui/alert.tsx";
import { Button } from "@/components/ui/button.tsx";
import { TextField } from "@/components/ui/field.tsx";
import { toast } from "@/components/ui/toast-store.ts";
import type { LlmSettings } from "@/lib/api/types.ts";
import { useFields } from "@/lib/form/use-fields.ts";
import { MICROS, parseDecimal, toDecimal } from "@/lib/money/decimal.ts";
import { saveSettings, settingsQuery } from "../api/settings.ts";

export function SettingsPage() {
  const t = useTranslations("admin.settings");
  const settings = useQuery({ ...settingsQuery, refetchOnWindowFocus: false });
  return (
    <Page title={t("title")} lead={t("lead")}>
      <Loaded query={settings} failed={t("failed")}>
        {(data) => <SettingsForm key={JSON.stringify(data)} settings={data} />}
      </Loaded>
    </Page>
  );
}

function SettingsForm({ settings }: { settings: LlmSettings }) {
  const t = useTranslations("admin.settings");
  const common = useTranslations("common");
  const locale = useLocale();
  const client = useQueryClient();
  const [cache, setCache] = useState(settings.cache_answers);
  const read = (value: string) => parseDecimal(value, MICROS, locale);
  const needed = (value: string) => {
    if (value.trim() === "") return common("required");
    return read(value) === null ? t("sumInvalid") : null;
  };
  const daily = settings.daily_spend_alert_micros;
  const form = useFields(
    {
      daily_spend_alert_micros:
        daily === null || daily === undefined ? "" : toDecimal(daily, MICROS, locale),
      credit_warning_micros: toDecimal(settings.credit_warning_micros, MICROS, locale),
      credit_critical_micros: toDecimal(settings.credit_critical_micros, MICROS, locale),
    },
    {
      daily_spend_alert_micros: (value) =>
        value.trim() === "" || read(value) !== null ? null : t("sumInvalid"),
      credit_warning_micros: needed,
      credit_critical_micros: needed,
    },
  );
  const submit = form.onSubmit(async (values) => {
    const saved = await saveSettings({
      daily_spend_alert_micros: read(values.daily_spend_alert_micros),
      credit_warning_micros: read(values.credit_warning_micros) ?? 0,
      credit_critical_micros: read(values.credit_critical_micros) ?? 0,
      cache_answers: cache,
    });
    client.setQueryData(settingsQuery.queryKey, saved);
    toast(t("saved"), { tone: "good" });
  });
  return (
    <form noValidate onSubmit={submit} className="flex max-w-xl flex-col gap-8">
      {form.fault ? <Alert tone="danger">{form.fault}</Alert> : null}
      <Block title={t("alerts")}>
        <div className={`${cardClass} flex flex-col gap-5 p-5`}>
          <TextField
            label={t("daily")}
            hint={t("dailyHint")}
            inputMode="decimal"
            autoComplete="off"
            placeholder={t("noAlert")}
            {...form.field("daily_spend_alert_micros")}
          />
          <div className="grid items-start gap-5 sm:grid-cols-2">
            <TextField
              label={t("warning")}
              hint={t("warningHint")}
              inputMode="decimal"
              autoComplete="off"
              {...form.field("credit_warning_micros")}
            />
            <TextField
              label={t("critical")}
              hint={t("criticalHint")}
              inputMode="decimal"
              autoComplete="off"
              {...form.field("credit_critical_micros")}
            />
          </div>
        </div>
      </Block>
      <Block title={t("cache")}>
        <div className={`${cardClass} p-5`}>
          <Switch
            label={t("cacheAnswers")}
            hint={t("cacheHint")}
            checked={cache}
            onChange={setCache}
          />
        </div>
      </Block>
      <div>
        <Button type="submit" busy={form.busy}>
          {common("save")}
        </Button>
      </div>
    </form>
  );
}
