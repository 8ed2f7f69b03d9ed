// How much may be used: by all together, by each, and by single ones.
import { useQuery } from "@tanstack/react-query";
import { Wallet } from "lucide-react";
import { useTranslations } from "use-intl";
import { type Column, DataTable } from "@/components/desk/data-table.tsx";
import { type Hands, ListPage } from "@/components/desk/list-page.tsx";
import { Loaded } from "@/components/desk/loaded.tsx";
import { Block } from "@/components/desk/page.tsx";
import { StandingMeters } from "@/components/desk/standing-meters.tsx";
import { Button } from "@/components/ui/button.tsx";
import type { Limit } from "@/lib/api/types.ts";
import { useMoney } from "@/lib/money/use-money.ts";
import { deleteLimit, limitsQuery, standingQuery } from "../api/limits.ts";
import { LimitDialog } from "./limit-dialog.tsx";
import { useLimitName } from "./use-limit-name.ts";

export function LimitsPage() {
  const t = useTranslations("admin.limits");
  const standing = useQuery(standingQuery("everyone", null));
  const nameOf = useLimitName();
  const { money, count } = useMoney();
  const shown = (value: number | null | undefined, text: (value: number) => string) =>
    value === null || value === undefined ? (
      <span className="text-muted">{t("none")}</span>
    ) : (
      text(value)
    );
  const columns = ({ edit, remove }: Hands<Limit>): Column<Limit>[] => [
    {
      key: "who",
      head: t("who"),
      grow: true,
      cell: (one) => <span className="wrap-anywhere">{nameOf(one)}</span>,
    },
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
            onClick={() => edit(one)}
          >
            {t("edit")}
          </Button>
          <Button
            tone="quiet"
            className="-me-4"
            aria-label={t("deleteNamed", { name: nameOf(one) })}
            onClick={() => remove(one)}
          >
            {t("delete")}
          </Button>
        </span>
      ),
    },
  ];
  return (
    <ListPage
      title={t("title")}
      lead={t("lead")}
      query={useQuery(limitsQuery)}
      failed={t("failed")}
      empty={{ icon: <Wallet />, title: t("emptyTitle"), body: t("emptyBody") }}
      add={t("add")}
      form={(limit, close) => <LimitDialog limit={limit} onClose={close} />}
      removal={{
        act: (one) => deleteLimit(one.id),
        touches: [limitsQuery.queryKey, ["admin", "standing"], ["usage"]],
        said: t("deleted"),
        title: () => t("deleteTitle"),
        body: (one) => t("deleteBody", { name: nameOf(one) }),
        label: t("delete"),
      }}
      below={
        <Block title={t("standing")} lead={t("standingLead")}>
          <Loaded query={standing} failed={t("standingFailed")} rows={1}>
            {(data) => <StandingMeters standing={data} />}
          </Loaded>
        </Block>
      }
    >
      {(limits, hands) => (
        <DataTable
          label={t("title")}
          columns={columns(hands)}
          rows={limits}
          keyOf={(one) => one.id}
        />
      )}
    </ListPage>
  );
}
