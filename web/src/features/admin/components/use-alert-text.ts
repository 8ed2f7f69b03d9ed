// An alert as a sentence.
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import type { Alert } from "@/lib/api/types.ts";
import { useMoney } from "@/lib/money/use-money.ts";
import { providersQuery } from "../api/providers.ts";

function numberIn(details: Alert["details"], name: string): number | null {
  const value = (details as Record<string, unknown> | null)?.[name];
  return typeof value === "number" ? value : null;
}

/** What it is, and the particulars; what a newer server tells is shown in its own words. */
export function useAlertText(): (alert: Alert) => { name: string; text: string } {
  const t = useTranslations("admin.alert");
  const { money } = useMoney();
  const providers = useQuery(providersQuery).data?.items ?? [];
  return (alert) => {
    const { details } = alert;
    const about = alert.subject ?? "";
    const where = alert.provider ?? "";
    const plain = [where, about].filter((part) => part !== "").join(" · ");
    const sum = (name: string) => {
      const micros = numberIn(details, name);
      return micros === null ? null : money(micros);
    };
    switch (alert.kind) {
      case "credential_disabled": {
        const credentials = providers.find((one) => one.name === where)?.credentials;
        const label = credentials?.find((one) => one.id === about)?.label;
        return {
          name: t("credential_disabled.name"),
          text:
            label === undefined
              ? t("credential_disabled.text", { provider: where })
              : t("credential_disabled.textNamed", { provider: where, label }),
        };
      }
      case "breaker_open":
        return {
          name: t("breaker_open.name"),
          text: t("breaker_open.text", { model: about === "" ? where : `${where}/${about}` }),
        };
      case "credit_low":
        return {
          name: t("credit_low.name"),
          text: t("credit_low.text", { provider: where, sum: sum("remaining_micros") ?? "?" }),
        };
      case "daily_spend":
        return {
          name: t("daily_spend.name"),
          text: t("daily_spend.text", {
            spent: sum("spent_micros") ?? "?",
            limit: sum("limit_micros") ?? "?",
          }),
        };
      case "rule_hit_revealed":
        return { name: t("rule_hit_revealed.name"), text: t("rule_hit_revealed.text") };
      default:
        return { name: alert.kind.replaceAll("_", " "), text: plain };
    }
  };
}
