// The sums of a span, as large figures.
import { useTranslations } from "use-intl";
import { cardClass } from "@/components/desk/page.tsx";
import type { UsageTotal } from "@/lib/api/types.ts";
import { useMoney } from "@/lib/money/use-money.ts";

export function Totals({ total }: { total: UsageTotal }) {
  const t = useTranslations("usage");
  const { money, count, share } = useMoney();
  const figures = [
    {
      name: t("measures.cost"),
      value: money(total.cost_micros),
      note:
        total.estimated_calls > 0 ? t("estimatedCalls", { count: total.estimated_calls }) : null,
    },
    {
      name: t("measures.calls"),
      value: count(total.calls),
      note:
        total.failed > 0 ? t("failedShare", { share: share(total.failed / total.calls) }) : null,
    },
    {
      name: t("inputTokens"),
      value: count(total.input_tokens),
      note: total.cached_tokens > 0 ? t("cached", { count: total.cached_tokens }) : null,
    },
    {
      name: t("outputTokens"),
      value: count(total.output_tokens),
      note: total.reasoning_tokens > 0 ? t("reasoning", { count: total.reasoning_tokens }) : null,
    },
  ];
  return (
    <dl className="grid @2xl:grid-cols-4 grid-cols-2 gap-3">
      {figures.map((figure) => (
        <div key={figure.name} className={`${cardClass} min-w-0 p-4`}>
          <dt className="text-muted text-xs">{figure.name}</dt>
          <dd className="mt-0.5 break-words font-semibold text-lg tabular-nums">{figure.value}</dd>
          {figure.note ? <dd className="text-muted text-xs">{figure.note}</dd> : null}
        </div>
      ))}
    </dl>
  );
}
