// How much may be used: by all together, by each, and by single ones.
import { useQuery } from "@tanstack/react-query";
import { Wallet } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { type Column, DataTable } from "@/components/desk/data-table.tsx";
import { Loaded } from "@/components/desk/loaded.tsx";
import { Meter } from "@/components/desk/meter.tsx";
import { Block, cardClass, focusTitle, Page } from "@/components/desk/page.tsx";
import { Button } from "@/components/ui/button.tsx";
import { Confirm } from "@/components/ui/confirm.tsx";
import { Empty } from "@/components/ui/empty.tsx";
import type { Limit } from "@/lib/api/types.ts";
import { useMoney } from "@/lib/money/use-money.ts";
import { useChange } from "@/lib/query/use-change.ts";
import { deleteLimit, limitsQuery, standingQuery } from "../api/limits.ts";
import { LimitDialog } from "./limit-dialog.tsx";
import { useLimitName } from "./use-limit-name.ts";

export function LimitsPage() {
  const t = useTranslations("admin.limits");
  const limits = useQuery(limitsQuery);
  const nameOf = useLimitName();
  const { money, count } = useMoney();
  const [editing, setEditing] = useState<Limit | "new" | null>(null);
  const [leaving, setLeaving] = useState<Limit | null>(null);
  const remove = useChange<string>({
    act: deleteLimit,
    touches: [limitsQuery.queryKey, ["admin", "standing"]],
    said: t("deleted"),
    done: () => {
      setLeaving(null);
      focusTitle();
    },
  });
  const shown = (value: number | null | undefined, text: (value: number) => string) =>
    value === null || value === undefined ? (
      <span className="text-muted">{t("none")}</span>
    ) : (
      text(value)
    );
  const columns: Column<Limit>[] = [
    { key: "who", head: t("who"), cell: (one) => <span className="break-all">{nameOf(one)}</span> },
    {
      key: "requests",
      head: t("requests"),
      end: true,
      cell: (one) => shown(one.requests_per_minute, count),
    },
    {
      key: "tokens",
      head: t("tokens"),
      end: true,
      cell: (one) => shown(one.tokens_per_day, count),
    },
    {
      key: "cost",
      head: t("cost"),
      end: true,
      cell: (one) => shown(one.cost_per_month_micros, money),
    },
    {
      key: "actions",
      head: t("actions"),
      quiet: true,
      cell: (one) => (
        <span className="flex justify-end gap-2">
          <Button
            tone="secondary"
            aria-label={t("editNamed", { name: nameOf(one) })}
            onClick={() => setEditing(one)}
          >
            {t("edit")}
          </Button>
          <Button
            tone="quiet"
            aria-label={t("deleteNamed", { name: nameOf(one) })}
            onClick={() => setLeaving(one)}
          >
            {t("delete")}
          </Button>
        </span>
      ),
    },
  ];
  return (
    <Page
      title={t("title")}
      lead={t("lead")}
      actions={<Button onClick={() => setEditing("new")}>{t("add")}</Button>}
    >
      <Loaded query={limits} failed={t("failed")}>
        {(data) =>
          data.items.length === 0 ? (
            <Empty level={3} icon={<Wallet />} title={t("emptyTitle")}>
              {t("emptyBody")}
            </Empty>
          ) : (
            <DataTable
              label={t("title")}
              columns={columns}
              rows={data.items}
              keyOf={(one) => one.id}
            />
          )
        }
      </Loaded>
      <Block title={t("standing")} lead={t("standingLead")}>
        <Standing />
      </Block>
      {editing === null ? null : (
        <LimitDialog limit={editing === "new" ? null : editing} onClose={() => setEditing(null)} />
      )}
      <Confirm
        open={leaving !== null}
        onOpenChange={(open) => {
          if (!open) {
            setLeaving(null);
            remove.reset();
          }
        }}
        title={t("deleteTitle")}
        description={t("deleteBody", { name: leaving ? nameOf(leaving) : "" })}
        confirmLabel={t("delete")}
        danger
        busy={remove.busy}
        error={remove.fault}
        onConfirm={() => leaving && remove.run(leaving.id)}
      />
    </Page>
  );
}

/** Of all together. */
function Standing() {
  const t = useTranslations("admin.limits");
  const { money, count } = useMoney();
  const standing = useQuery(standingQuery("everyone", null));
  return (
    <Loaded query={standing} failed={t("standingFailed")} rows={1}>
      {({ limits, today, month }) => {
        const perDay = limits.tokens_per_day ?? null;
        const perMonth = limits.cost_per_month_micros ?? null;
        return (
          <div className={`${cardClass} flex flex-col gap-5 p-5`}>
            <Meter
              label={t("today")}
              value={today.tokens}
              max={perDay}
              text={
                perDay === null
                  ? t("tokensUsed", { count: today.tokens })
                  : t("tokensOf", { count: today.tokens, limit: count(perDay) })
              }
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
            />
          </div>
        );
      }}
    </Loaded>
  );
}
