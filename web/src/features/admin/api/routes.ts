// Routes: ordered chains of models under one name.
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/lib/api/client.ts";
import { answerOf, dataOf } from "@/lib/api/problem.ts";
import type { LlmRoute, RouteChange, RouteStep } from "@/lib/api/types.ts";
import { etagOf, withEtag } from "./etag.ts";

export const routesQuery = queryOptions({
  queryKey: ["admin", "routes"],
  queryFn: ({ signal }) => dataOf(api.GET("/api/v1/admin/llm/routes", { signal })),
});

/** What is fetched again when a route comes, goes or changes. */
export const ROUTE_TOUCHES = [routesQuery.queryKey, ["admin", "models"], ["chat", "models"]];

/** A route and the version that it has. */
export async function readRoute(id: string): Promise<{ route: LlmRoute; etag: string }> {
  const { data, response } = await read(id);
  return { route: data, etag: etagOf(response) };
}

function read(id: string) {
  return answerOf(api.GET("/api/v1/admin/llm/routes/{id}", { params: { path: { id } } }));
}

export function createRoute(body: { name: string; steps: RouteStep[]; enabled: boolean }) {
  return dataOf(api.POST("/api/v1/admin/llm/routes", { body }));
}

/** Changes the version that was seen; a newer one is a 412. */
export function changeRoute(id: string, etag: string, body: RouteChange) {
  const header = { "If-Match": etag };
  return dataOf(
    api.PATCH("/api/v1/admin/llm/routes/{id}", { params: { path: { id }, header }, body }),
  );
}

export function switchRoute(id: string, enabled: boolean) {
  return withEtag(
    () => read(id),
    (header) => changeRoute(id, header["If-Match"], { enabled }),
  );
}

export function deleteRoute(id: string) {
  return withEtag(
    () => read(id),
    (header) =>
      dataOf(api.DELETE("/api/v1/admin/llm/routes/{id}", { params: { path: { id }, header } })),
  );
}
