// The time that a question about usage is about. The ledger counts days of UTC, so do the ranges.

export const RANGES = ["today", "7d", "30d", "month", "last-month", "custom"] as const;
export type RangeName = (typeof RANGES)[number];
export const GROUPS = ["day", "user", "model", "provider", "assistant", "api_key"] as const;
export type GroupBy = (typeof GROUPS)[number];
export const FILTERS = ["user", "model", "provider", "api_key"] as const;
export type FilterName = (typeof FILTERS)[number];

/** What stands in the address. */
export interface UsageSearch {
  range?: RangeName;
  /** Dates, both included; of `custom` only. */
  from?: string;
  until?: string;
  by?: GroupBy;
  user?: string;
  model?: string;
  provider?: string;
  api_key?: string;
}

export interface Span {
  from: string;
  /** Not included. */
  until: string;
  /** Every day of it, as `2026-11-21`. */
  days: string[];
}

/** The longest span that the server answers about. */
export const LONGEST_DAYS = 400;
const DAY_MS = 86_400_000;

function isDate(value: unknown): value is string {
  return (
    typeof value === "string" &&
    /^\d{4}-\d{2}-\d{2}$/.test(value) &&
    new Date(`${value}T00:00:00Z`).toJSON()?.slice(0, 10) === value
  );
}

/** Keeps of an address what means something. */
export function usageSearch(raw: Record<string, unknown>): UsageSearch {
  const found: UsageSearch = {};
  const range = RANGES.find((one) => one === raw.range);
  const by = GROUPS.find((one) => one === raw.by);
  if (by !== undefined) found.by = by;
  for (const name of FILTERS) {
    const value = raw[name];
    if (typeof value === "string" && value !== "") found[name] = value;
  }
  if (range === "custom") {
    if (!isDate(raw.from) || !isDate(raw.until)) return found;
    return { ...found, range, from: raw.from, until: raw.until };
  }
  if (range !== undefined) found.range = range;
  return found;
}

export function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}

/** Null when a chosen span is empty or too long. */
export function spanOf(search: UsageSearch, now: Date): Span | null {
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate());
  const month = (shift: number) => Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + shift, 1);
  const tomorrow = today + DAY_MS;
  switch (search.range ?? "30d") {
    case "today":
      return span(today, tomorrow);
    case "7d":
      return span(today - 6 * DAY_MS, tomorrow);
    case "30d":
      return span(today - 29 * DAY_MS, tomorrow);
    case "month":
      return span(month(0), tomorrow);
    case "last-month":
      return span(month(-1), month(0));
    case "custom":
      return span(
        Date.parse(`${search.from}T00:00:00Z`),
        Date.parse(`${search.until}T00:00:00Z`) + DAY_MS,
      );
  }
}

function span(from: number, until: number): Span | null {
  const count = (until - from) / DAY_MS;
  if (!(count >= 1 && count <= LONGEST_DAYS)) return null;
  return {
    from: new Date(from).toISOString(),
    until: new Date(until).toISOString(),
    days: Array.from({ length: count }, (_, place) => dayOf(new Date(from + place * DAY_MS))),
  };
}
