// What an operator should know first: what is wrong, what it costs, what is left.
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useFormatter, useNow, useTranslations } from "use-intl";
import { Badge } from "@/components/desk/badge.tsx";
import { Loaded } from "@/components/desk/loaded.tsx";
import { Block, cardClass, Page } from "@/components/desk/page.tsx";
import type { Provider } from "@/lib/api/types.ts";
import { useMoney } from "@/lib/money/use-money.ts";
import { spentQuery } from "../api/alerts.ts";
import { providersQuery } from "../api/providers.ts";
import { CREDIT_TONES } from "../tones.ts";
import { AlertList } from "./alert-list.tsx";

function bounds(now: Date) {
  const at = (month: number, day: number) =>
    new Date(Date.UTC(now.getUTCFullYear(), month, day)).toISOString();
  const month = now.getUTCMonth();
  return {
    day: at(month, now.getUTCDate()),
    month: at(month, 1),
    until: at(month, now.getUTCDate() + 1),
  };
}

export function OverviewPage() {
  const t = useTranslations("admin.overview");
  const providers = useQuery(providersQuery);
  return (
    <Page title={t("title")} lead={t("lead")}>
      <Block title={t("alerts")}>
        <AlertList />
      </Block>
      <Block title={t("spend")} lead={t("spendLead")}>
        <Spend />
      </Block>
      <Block title={t("credits")} lead={t("creditsLead")}>
        <Loaded query={providers} failed={t("creditsFailed")} rows={1}>
          {(data) => <CreditList providers={data.items} />}
        </Loaded>
      </Block>
    </Page>
  );
}

function Spend() {
  const t = useTranslations("admin.overview");
  const now = useNow({ updateInterval: 60_000 });
  const today = now.toISOString().slice(0, 10);
  const { day, month, until } = useMemo(() => bounds(new Date(`${today}T12:00:00Z`)), [today]);
  const spent = [
    { name: t("today"), query: useQuery(spentQuery(day, until)) },
    { name: t("month"), query: useQuery(spentQuery(month, until)) },
  ];
  const { money, count } = useMoney();
  return (
    <div className="grid @md:grid-cols-2 gap-3">
      {spent.map(({ name, query }) => (
        <Loaded key={name} query={query} failed={t("spendFailed")} rows={1}>
          {(total) => (
            <dl className={`${cardClass} p-4`}>
              <dt className="text-muted text-sm">{name}</dt>
              <dd className="font-semibold text-2xl tabular-nums tracking-tight">
                {money(total.cost_micros)}
              </dd>
              <dd className="text-muted text-sm">
                {t("calls", {
                  calls: total.calls,
                  tokens: count(total.input_tokens + total.output_tokens),
                })}
              </dd>
            </dl>
          )}
        </Loaded>
      ))}
    </div>
  );
}

function CreditList({ providers }: { providers: Provider[] }) {
  const t = useTranslations("admin.overview");
  const format = useFormatter();
  const now = useNow({ updateInterval: 60_000 });
  const { money } = useMoney();
  const known = providers.flatMap((one) =>
    one.credits ? [{ name: one.name, credits: one.credits }] : [],
  );
  if (known.length === 0) return <p className="text-muted text-sm">{t("noCredits")}</p>;
  return (
    <ul className={`${cardClass} divide-y divide-line`}>
      {known.map(({ name, credits }) => {
        const checked = new Date(credits.checked_at);
        return (
          <li key={name} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-3 text-sm">
            <span className="min-w-0 flex-1 wrap-anywhere font-medium">{name}</span>
            <Badge tone={CREDIT_TONES[credits.level]}>{t(`levels.${credits.level}`)}</Badge>
            <span className="tabular-nums">
              {credits.remaining_micros === null || credits.remaining_micros === undefined
                ? t("unknown")
                : t("remaining", { sum: money(credits.remaining_micros) })}
            </span>
            <span className="w-full text-muted text-xs sm:w-auto">
              {t("checked", { when: format.relativeTime(checked < now ? checked : now, now) })}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
