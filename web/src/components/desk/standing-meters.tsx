// How somebody, or all together, stand: today's tokens, this month's cost, and when both start anew.
import { useFormatter, useTranslations } from "use-intl";
import type { Standing } from "@/lib/api/types.ts";
import { useMoney } from "@/lib/money/use-money.ts";
import { Meter } from "./meter.tsx";
import { cardClass } from "./page.tsx";

export function StandingMeters({ standing }: { standing: Standing }) {
  const t = useTranslations("usage.limits");
  const format = useFormatter();
  const { money, count } = useMoney();
  const { limits, today, month } = standing;
  const perDay = limits.tokens_per_day ?? null;
  const perMonth = limits.cost_per_month_micros ?? null;
  const until = (at: string) =>
    t("until", {
      when: format.dateTime(new Date(at), { dateStyle: "medium", timeStyle: "short" }),
    });
  return (
    <div className={`${cardClass} flex flex-col gap-5 p-5`}>
      <Meter
        label={t("today")}
        value={today.tokens}
        max={perDay}
        text={
          perDay === null
            ? t("tokens", { count: today.tokens })
            : t("tokensOf", { count: today.tokens, limit: perDay })
        }
        {...(perDay === null ? {} : { hint: until(today.ends_at) })}
      />
      <Meter
        label={t("month")}
        value={month.cost_micros}
        max={perMonth}
        text={
          perMonth === null
            ? money(month.cost_micros)
            : t("costOf", { cost: money(month.cost_micros), limit: money(perMonth) })
        }
        {...(perMonth === null ? {} : { hint: until(month.ends_at) })}
      />
      <p className="text-muted text-sm">
        {t("requests", { today: count(today.requests), month: count(month.requests) })}
        {" · "}
        {limits.requests_per_minute === null || limits.requests_per_minute === undefined
          ? t("noPace")
          : t("pace", { count: limits.requests_per_minute })}
      </p>
    </div>
  );
}
