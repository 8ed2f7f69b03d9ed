// How each model of a provider did in the last minutes.
import { useTranslations } from "use-intl";
import { Badge } from "@/components/desk/badge.tsx";
import { type Column, DataTable } from "@/components/desk/data-table.tsx";
import type { ModelHealth } from "@/lib/api/types.ts";
import { useMoney } from "@/lib/money/use-money.ts";
import { BREAKER_TONES } from "../tones.ts";

export function HealthTable({ models }: { models: readonly ModelHealth[] }) {
  const t = useTranslations("admin.providers");
  const { count, share } = useMoney();
  const time = (ms: number | null | undefined) =>
    ms === null || ms === undefined ? "–" : t("ms", { ms });
  const columns: Column<ModelHealth>[] = [
    {
      key: "model",
      head: t("health.model"),
      grow: true,
      cell: (one) => <span className="wrap-anywhere">{one.model}</span>,
    },
    {
      key: "breaker",
      head: t("health.breaker"),
      cell: (one) => (
        <Badge tone={BREAKER_TONES[one.breaker]}>
          {one.breaker === "open" && one.opens_in_ms
            ? t("breaker.openFor", { seconds: Math.ceil(one.opens_in_ms / 1000) })
            : t(`breaker.${one.breaker}`)}
        </Badge>
      ),
    },
    {
      key: "latency",
      head: t("health.latency"),
      end: true,
      cell: (one) => `${time(one.first_token_p50_ms)} / ${time(one.first_token_p95_ms)}`,
    },
    {
      key: "errors",
      head: t("health.errors"),
      end: true,
      cell: (one) =>
        one.calls === 0 ? (
          "–"
        ) : (
          <span className={one.failure_share >= 0.5 ? "text-danger-ink" : undefined}>
            {t("health.share", { share: share(one.failure_share), calls: count(one.calls) })}
          </span>
        ),
    },
  ];
  return (
    <DataTable
      label={t("health.title")}
      columns={columns}
      rows={models}
      keyOf={(one) => one.model}
    />
  );
}
