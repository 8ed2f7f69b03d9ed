// The devices on which this person is logged in.
import { infiniteQueryOptions } from "@tanstack/react-query";
import { api } from "@/lib/api/client.ts";
import { dataOf } from "@/lib/api/problem.ts";
import { clearSession } from "@/lib/api/token.ts";

export const sessionsQuery = infiniteQueryOptions({
  queryKey: ["sessions"],
  queryFn: ({ pageParam, signal }) =>
    dataOf(
      api.GET("/api/v1/auth/sessions", {
        params: { query: pageParam === null ? {} : { cursor: pageParam } },
        signal,
      }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor ?? null,
  staleTime: 5_000,
});

export async function revokeSession(id: string): Promise<void> {
  await dataOf(api.DELETE("/api/v1/auth/sessions/{id}", { params: { path: { id } } }));
}

export async function logoutEverywhere(apiKeys: boolean): Promise<void> {
  await dataOf(api.POST("/api/v1/auth/logout-all", { body: { api_keys: apiKeys } }));
  clearSession();
}
