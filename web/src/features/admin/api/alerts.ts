// What asks for an operator's attention, and what was spent.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api } from "@/lib/api/client.ts";
import { dataOf } from "@/lib/api/problem.ts";

export const ALERTS = ["admin", "alerts"];

/** Newest first: those that are open, or all. */
export function alertsQuery(open: boolean) {
  return infiniteQueryOptions({
    queryKey: [...ALERTS, open],
    queryFn: ({ pageParam, signal }) =>
      dataOf(
        api.GET("/api/v1/admin/llm/alerts", {
          params: { query: { open, ...(pageParam === null ? {} : { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    refetchInterval: 30_000,
  });
}

export async function resolveAlert(id: string): Promise<void> {
  await dataOf(api.POST("/api/v1/admin/llm/alerts/{id}/resolve", { params: { path: { id } } }));
}

/** The total since an instant; the ledger's days and months are UTC's. */
export function spentQuery(from: string, until: string) {
  return queryOptions({
    queryKey: ["admin", "spent", from, until],
    queryFn: async ({ signal }) => {
      const query = { from, until, by: "day", limit: 1 } as const;
      const page = await dataOf(api.GET("/api/v1/admin/llm/usage", { params: { query }, signal }));
      return page.total;
    },
    refetchInterval: 30_000,
  });
}
