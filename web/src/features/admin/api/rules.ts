// Content rules and where they were met.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api } from "@/lib/api/client.ts";
import { dataOf } from "@/lib/api/problem.ts";
import type { NewRule } from "@/lib/api/types.ts";

export const rulesQuery = queryOptions({
  queryKey: ["admin", "rules"],
  queryFn: ({ signal }) => dataOf(api.GET("/api/v1/admin/llm/rules", { signal })),
});

export function createRule(body: NewRule) {
  return dataOf(api.POST("/api/v1/admin/llm/rules", { body }));
}

export function switchRule(id: string, enabled: boolean) {
  return dataOf(
    api.PATCH("/api/v1/admin/llm/rules/{id}", { params: { path: { id } }, body: { enabled } }),
  );
}

export async function deleteRule(id: string): Promise<void> {
  await dataOf(api.DELETE("/api/v1/admin/llm/rules/{id}", { params: { path: { id } } }));
}

export function hitsQuery(rule: string | null) {
  return infiniteQueryOptions({
    queryKey: ["admin", "hits", rule],
    queryFn: ({ pageParam, signal }) =>
      dataOf(
        api.GET("/api/v1/admin/llm/rule-hits", {
          params: {
            query: {
              ...(rule === null ? {} : { rule }),
              ...(pageParam === null ? {} : { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
  });
}

export function revealHit(id: string): Promise<{ text: string }> {
  return dataOf(api.POST("/api/v1/admin/llm/rule-hits/{id}/reveal", { params: { path: { id } } }));
}
