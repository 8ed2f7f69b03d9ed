// Usage by one thing, page by page.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { type Column, DataTable } from "@/components/desk/data-table.tsx";
import { Listed } from "@/components/desk/listed.tsx";
import type { UsageSum } from "@/lib/api/types.ts";
import { useMoney } from "@/lib/money/use-money.ts";
import { groupsQuery, type UsageFilter, type Whose } from "../api/usage.ts";
import type { GroupBy } from "../range.ts";
import { useGroupName } from "./use-group-name.ts";

export interface GroupTableProps {
  whose: Whose;
  filter: UsageFilter;
  by: GroupBy;
  /** Looks into one row, where that can be done. */
  onOpen?: (group: UsageSum) => void;
}

export function GroupTable({ whose, filter, by, onOpen }: GroupTableProps) {
  const t = useTranslations("usage");
  const { money, count } = useMoney();
  const nameOf = useGroupName();
  const groups = useInfiniteQuery(groupsQuery(whose, filter, by));
  const cost = (sum: Pick<UsageSum, "cost_micros" | "estimated_calls">) =>
    sum.estimated_calls > 0 ? `≈ ${money(sum.cost_micros)}` : money(sum.cost_micros);
  const total = groups.data?.pages[0]?.total;
  const columns: Column<UsageSum>[] = [
    {
      key: "name",
      head: t(`by.${by}`),
      grow: true,
      cell: (group) => {
        const name = nameOf(by, group);
        return onOpen && group.key ? (
          <button
            type="button"
            onClick={() => onOpen(group)}
            className="min-h-6 @max-xl:min-h-11 wrap-anywhere text-start text-accent-ink underline decoration-1 underline-offset-4 hover:decoration-2"
          >
            {name}
          </button>
        ) : (
          <span className="wrap-anywhere">{name}</span>
        );
      },
    },
    {
      key: "calls",
      head: t("measures.calls"),
      end: true,
      cell: (group) =>
        group.failed > 0
          ? t("callsFailed", { count: group.calls, failed: group.failed })
          : count(group.calls),
    },
    {
      key: "input",
      head: t("inputTokens"),
      end: true,
      cell: (group) => count(group.input_tokens),
    },
    {
      key: "output",
      head: t("outputTokens"),
      end: true,
      cell: (group) => count(group.output_tokens),
    },
    {
      key: "cost",
      head: t("measures.cost"),
      end: true,
      cell: cost,
    },
  ];
  return (
    <div className="@container flex flex-col gap-3">
      <Listed query={groups} failed={t("failed")} empty={t("empty")} more={t("more")}>
        {(rows) => (
          <DataTable
            label={t("tableBy", { what: t(`by.${by}`) })}
            columns={columns}
            rows={rows}
            keyOf={(group) => group.key ?? ""}
            {...(total === undefined
              ? {}
              : {
                  foot: [
                    t("total"),
                    count(total.calls),
                    count(total.input_tokens),
                    count(total.output_tokens),
                    cost(total),
                  ],
                })}
          />
        )}
      </Listed>
    </div>
  );
}
