// What providers offer, what it costs, and what operators say about both.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api } from "@/lib/api/client.ts";
import { dataOf } from "@/lib/api/problem.ts";
import type { ModelWord, NewPrice } from "@/lib/api/types.ts";

export const modelsQuery = queryOptions({
  queryKey: ["admin", "models"],
  queryFn: ({ signal }) => dataOf(api.GET("/api/v1/admin/llm/models", { signal })),
});

export function setModel(body: ModelWord) {
  return dataOf(api.PUT("/api/v1/admin/llm/models", { body }));
}

export async function resetModel(model: string): Promise<void> {
  await dataOf(api.DELETE("/api/v1/admin/llm/models", { params: { query: { model } } }));
}

export function pricesQuery(model: string) {
  return infiniteQueryOptions({
    queryKey: ["admin", "prices", model],
    queryFn: ({ pageParam, signal }) =>
      dataOf(
        api.GET("/api/v1/admin/llm/prices", {
          params: { query: { model, ...(pageParam === null ? {} : { cursor: pageParam }) } },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
  });
}

export function setPrice(body: NewPrice) {
  return dataOf(api.PUT("/api/v1/admin/llm/prices", { body }));
}

export async function withdrawPrice(model: string): Promise<void> {
  await dataOf(api.DELETE("/api/v1/admin/llm/prices", { params: { query: { model } } }));
}

export function importPrices() {
  return dataOf(api.POST("/api/v1/admin/llm/prices/import"));
}
