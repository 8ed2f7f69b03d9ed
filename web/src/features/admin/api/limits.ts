// Limits of use.
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/lib/api/client.ts";
import { dataOf } from "@/lib/api/problem.ts";
import type { NewLimit } from "@/lib/api/types.ts";

export const limitsQuery = queryOptions({
  queryKey: ["admin", "limits"],
  queryFn: ({ signal }) => dataOf(api.GET("/api/v1/admin/llm/limits", { signal })),
});

export function standingQuery(scope: NewLimit["scope"], subject: string | null) {
  return queryOptions({
    queryKey: ["admin", "standing", scope, subject],
    queryFn: ({ signal }) =>
      dataOf(
        api.GET("/api/v1/admin/llm/limits/standing", {
          params: { query: { scope, ...(subject === null ? {} : { subject }) } },
          signal,
        }),
      ),
  });
}

export function setLimit(body: NewLimit) {
  return dataOf(api.PUT("/api/v1/admin/llm/limits", { body }));
}

export async function deleteLimit(id: string): Promise<void> {
  await dataOf(api.DELETE("/api/v1/admin/llm/limits/{id}", { params: { path: { id } } }));
}
