// Single calls, newest first.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { Badge, type Tone } from "@/components/desk/badge.tsx";
import { type Column, DataTable } from "@/components/desk/data-table.tsx";
import { Listed } from "@/components/desk/listed.tsx";
import { Button } from "@/components/ui/button.tsx";
import type { UsageCall } from "@/lib/api/types.ts";
import { useMoney } from "@/lib/money/use-money.ts";
import { callsQuery, type UsageFilter, type Whose } from "../api/usage.ts";

const TONES: Record<string, Tone> = {
  succeeded: "good",
  pending: "accent",
  failed: "danger",
  cancelled: "plain",
  cut: "warn",
  orphaned: "warn",
  unsent: "plain",
};

interface CallsProps {
  whose: Whose;
  filter: UsageFilter;
}

/** Asked for only when somebody wants to see them. */
export function Calls(props: CallsProps) {
  const t = useTranslations("usage");
  const [shown, setShown] = useState(false);
  if (shown) return <CallTable {...props} />;
  return (
    <div>
      <Button tone="secondary" onClick={() => setShown(true)}>
        {t("showCalls")}
      </Button>
    </div>
  );
}

function CallTable({ whose, filter }: CallsProps) {
  const t = useTranslations("usage");
  const format = useFormatter();
  const { money, count } = useMoney();
  const wordOf = (group: "kinds" | "outcomes", word: string) => {
    const key = `${group}.${word}` as "kinds.chat";
    return t.has(key) ? t(key) : word;
  };
  const calls = useInfiniteQuery(callsQuery(whose, filter));
  const columns: Column<UsageCall>[] = [
    {
      key: "at",
      head: t("at"),
      cell: (call) => (
        <time dateTime={call.at} className="whitespace-nowrap">
          {format.dateTime(new Date(call.at), { dateStyle: "short", timeStyle: "medium" })}
        </time>
      ),
    },
    {
      key: "model",
      head: t("by.model"),
      grow: true,
      cell: (call) => (
        <span className="@max-xl:text-end">
          <span className="block wrap-anywhere">
            {call.provider}/{call.model}
          </span>
          <span className="block text-muted text-xs">{wordOf("kinds", call.kind)}</span>
        </span>
      ),
    },
    {
      key: "outcome",
      head: t("outcome"),
      cell: (call) => (
        <Badge tone={TONES[call.outcome] ?? "plain"}>{wordOf("outcomes", call.outcome)}</Badge>
      ),
    },
    {
      key: "tokens",
      head: t("inOut"),
      end: true,
      cell: (call) => `${count(call.input_tokens)} / ${count(call.output_tokens)}`,
    },
    {
      key: "cost",
      head: t("measures.cost"),
      end: true,
      cell: (call) => (call.estimated ? `≈ ${money(call.cost_micros)}` : money(call.cost_micros)),
    },
  ];
  return (
    <div className="@container flex flex-col gap-3">
      <Listed query={calls} failed={t("failed")} empty={t("empty")} more={t("more")}>
        {(rows) => (
          <DataTable label={t("calls")} columns={columns} rows={rows} keyOf={(call) => call.id} />
        )}
      </Listed>
    </div>
  );
}
