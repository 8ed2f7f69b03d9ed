// Everybody's usage, for administrators. What is looked at stands in the address.
import { Download, X } from "lucide-react";
import { useFormatter, useNow, useTranslations } from "use-intl";
import { Block, Page } from "@/components/desk/page.tsx";
import { SelectField } from "@/components/desk/select-field.tsx";
import { Alert } from "@/components/ui/alert.tsx";
import { Button } from "@/components/ui/button.tsx";
import { useChange } from "@/lib/query/use-change.ts";
import { downloadCsv, type UsageFilter } from "../api/usage.ts";
import {
  FILTERS,
  type FilterName,
  GROUPS,
  RANGES,
  type Span,
  spanOf,
  type UsageSearch,
} from "../range.ts";
import { Calls } from "./call-table.tsx";
import { DateRange } from "./date-range.tsx";
import { Days } from "./days.tsx";
import { GroupTable } from "./group-table.tsx";

export interface UsagePageProps {
  search: UsageSearch;
  onSearch: (search: UsageSearch) => void;
}

export function UsagePage({ search, onSearch }: UsagePageProps) {
  const t = useTranslations("usage");
  const now = useNow();
  const span = spanOf(search, now);
  const range = search.range ?? "30d";
  const filter = span === null ? null : filterOf(search, span);
  const csv = useChange<UsageFilter>({
    act: (wanted) =>
      downloadCsv(wanted, `usage-${wanted.from.slice(0, 10)}-${wanted.until.slice(0, 10)}.csv`),
    touches: [],
    loud: true,
  });
  return (
    <Page
      title={t("title")}
      lead={t("allLead")}
      actions={
        <Button
          tone="secondary"
          busy={csv.busy}
          disabled={filter === null}
          onClick={() => filter && csv.run(filter)}
        >
          <Download className="size-4.5" aria-hidden="true" />
          {t("csv")}
        </Button>
      }
    >
      <div className="grid @lg:grid-cols-2 gap-4">
        <SelectField
          label={t("range")}
          value={range}
          choices={RANGES.map((one) => ({ value: one, label: t(`ranges.${one}`) }))}
          onChange={(event) => {
            const next = RANGES.find((one) => one === event.target.value) ?? "30d";
            const { from: _from, until: _until, ...rest } = search;
            const days = span?.days ?? [];
            onSearch({
              ...rest,
              range: next,
              ...(next === "custom" ? { from: days[0] ?? "", until: days.at(-1) ?? "" } : {}),
            });
          }}
        />
        <SelectField
          label={t("groupBy")}
          value={search.by ?? "day"}
          choices={GROUPS.map((one) => ({ value: one, label: t(`by.${one}`) }))}
          onChange={(event) => {
            const by = GROUPS.find((one) => one === event.target.value) ?? "day";
            onSearch({ ...search, by });
          }}
        />
        {range === "custom" ? (
          <DateRange
            from={search.from ?? ""}
            until={search.until ?? ""}
            onChange={(from, until) => onSearch({ ...search, range: "custom", from, until })}
          />
        ) : null}
      </div>
      <Chips search={search} onSearch={onSearch} />
      {filter === null || span === null ? (
        <Alert tone="warn">{t("rangeInvalid")}</Alert>
      ) : (
        <Report
          key={JSON.stringify(filter)}
          search={search}
          onSearch={onSearch}
          filter={filter}
          span={span}
        />
      )}
    </Page>
  );
}

function filterOf(search: UsageSearch, span: Span): UsageFilter {
  const filter: UsageFilter = { from: span.from, until: span.until };
  for (const name of FILTERS) {
    const value = search[name];
    if (value !== undefined) filter[name] = value;
  }
  return filter;
}

/** What the numbers are narrowed to; each can be taken away. */
function Chips({ search, onSearch }: UsagePageProps) {
  const t = useTranslations("usage");
  const set = FILTERS.filter((name) => search[name] !== undefined);
  if (set.length === 0) return null;
  return (
    <ul aria-label={t("filters")} className="flex flex-wrap gap-2">
      {set.map((name) => (
        <li key={name}>
          <button
            type="button"
            onClick={() => {
              const { [name]: _gone, ...rest } = search;
              onSearch(rest);
            }}
            aria-label={t("filterOff", { what: t(`by.${name}`), value: search[name] ?? "" })}
            className="flex min-h-11 max-w-full items-center gap-2 rounded-full bg-accent-soft px-4 text-accent-ink text-sm hover:opacity-85"
          >
            <span className="truncate">
              {t("filterIs", { what: t(`by.${name}`), value: search[name] ?? "" })}
            </span>
            <X className="size-4 shrink-0" aria-hidden="true" />
          </button>
        </li>
      ))}
    </ul>
  );
}

interface ReportProps extends UsagePageProps {
  filter: UsageFilter;
  span: Span;
}

function Report({ search, onSearch, filter, span }: ReportProps) {
  const t = useTranslations("usage");
  const format = useFormatter();
  const by = search.by ?? "day";
  const range = search.range ?? "30d";
  const day = (date = "") => new Date(`${date}T00:00:00Z`);
  const title =
    range === "custom"
      ? format.dateTimeRange(day(span.days[0]), day(span.days.at(-1)), {
          dateStyle: "medium",
          timeZone: "UTC",
        })
      : t(`ranges.${range}`);
  const filterable = (FILTERS as readonly string[]).includes(by);
  return (
    <>
      <Days title={title} whose="all" filter={filter} days={span.days} />
      <Block title={t("tableBy", { what: t(`by.${by}`) })}>
        <GroupTable
          whose="all"
          filter={filter}
          by={by}
          {...(filterable
            ? {
                onOpen: (group) =>
                  onSearch({
                    ...search,
                    [by as FilterName]: group.key ?? "",
                    by: by === "model" ? "user" : "model",
                  }),
              }
            : {})}
        />
      </Block>
      <Block title={t("calls")}>
        <Calls whose="all" filter={filter} />
      </Block>
    </>
  );
}
