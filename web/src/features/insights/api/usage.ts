// What was used, by whom and at what cost: one's own, or everybody's for administrators.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, authorizedFetch } from "@/lib/api/client.ts";
import { ApiProblem, asProblem, dataOf, problemFrom } from "@/lib/api/problem.ts";
import type { UsageSum, UsageTotal } from "@/lib/api/types.ts";
import type { GroupBy } from "../range.ts";

/** Whose calls are counted. */
export type Whose = "mine" | "all";

export interface UsageFilter {
  from: string;
  until: string;
  user?: string;
  model?: string;
  provider?: string;
  api_key?: string;
}

const key = (whose: Whose, ...more: unknown[]) => ["usage", whose, ...more];
/** A year of calls takes its time. */
const DOWNLOAD_LIMIT_MS = 10 * 60_000;
const PAGE = 25;
/** What the server gives at most in one answer. */
const MOST = 100;

interface Ask {
  whose: Whose;
  filter: UsageFilter;
  by: GroupBy;
  limit: number;
  cursor: string | null;
  signal: AbortSignal;
}

function sums({ whose, filter, by, limit, cursor, signal }: Ask) {
  const page = { limit, ...(cursor === null ? {} : { cursor }) };
  if (whose === "all") {
    const query = { ...filter, by, ...page };
    return dataOf(api.GET("/api/v1/admin/llm/usage", { params: { query }, signal }));
  }
  // One's own has one person only.
  const { user: _user, ...own } = filter;
  const query = { ...own, by: by === "user" ? ("day" as const) : by, ...page };
  return dataOf(api.GET("/api/v1/me/usage", { params: { query }, signal }));
}

export function groupsQuery(whose: Whose, filter: UsageFilter, by: GroupBy) {
  return infiniteQueryOptions({
    queryKey: key(whose, "groups", filter, by),
    queryFn: ({ pageParam, signal }) =>
      sums({ whose, filter, by, limit: PAGE, cursor: pageParam, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
  });
}

/** Every day that has calls, for the chart, and the total. */
export function daysQuery(whose: Whose, filter: UsageFilter) {
  return queryOptions({
    queryKey: key(whose, "days", filter),
    queryFn: async ({ signal }): Promise<{ items: UsageSum[]; total: UsageTotal }> => {
      const items: UsageSum[] = [];
      let cursor: string | null = null;
      for (;;) {
        const page = await sums({ whose, filter, by: "day", limit: MOST, cursor, signal });
        items.push(...page.items);
        cursor = page.next_cursor ?? null;
        if (cursor === null) return { items, total: page.total };
      }
    },
  });
}

export function callsQuery(whose: Whose, filter: UsageFilter) {
  return infiniteQueryOptions({
    queryKey: key(whose, "calls", filter),
    queryFn: ({ pageParam, signal }) => {
      const query = {
        ...filter,
        limit: PAGE,
        ...(pageParam === null ? {} : { cursor: pageParam }),
      };
      return dataOf(
        whose === "mine"
          ? api.GET("/api/v1/me/usage/calls", { params: { query }, signal })
          : api.GET("/api/v1/admin/llm/usage/calls", { params: { query }, signal }),
      );
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
  });
}

export const myLimitsQuery = queryOptions({
  queryKey: key("mine", "limits"),
  queryFn: ({ signal }) => dataOf(api.GET("/api/v1/me/limits", { signal })),
});

/** Every call as CSV. A link could not carry the token, so it is fetched and then handed to the browser. */
export async function downloadCsv(filter: UsageFilter, name: string): Promise<void> {
  const url = new URL("/api/v1/admin/llm/usage.csv", location.origin);
  for (const [part, value] of Object.entries(filter)) url.searchParams.set(part, value);
  let response: Response;
  try {
    response = await authorizedFetch(
      new Request(url, { credentials: "same-origin" }),
      DOWNLOAD_LIMIT_MS,
    );
  } catch (cause) {
    throw problemFrom(cause);
  }
  if (!response.ok) {
    const body: unknown = await response.json().catch(() => null);
    throw new ApiProblem(asProblem(body, response.status));
  }
  const file = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = file;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(file), 10_000);
}
