// A person's own API keys.
import { infiniteQueryOptions } from "@tanstack/react-query";
import { api } from "@/lib/api/client.ts";
import { dataOf } from "@/lib/api/problem.ts";
import type { ApiKey } from "@/lib/api/types.ts";

export type KeyScope = ApiKey["scopes"][number];

export const keysQuery = infiniteQueryOptions({
  queryKey: ["api-keys"],
  queryFn: ({ pageParam, signal }) =>
    dataOf(
      api.GET("/api/v1/me/api-keys", {
        params: { query: pageParam === null ? {} : { cursor: pageParam } },
        signal,
      }),
    ),
  initialPageParam: null as string | null,
  getNextPageParam: (page) => page.next_cursor ?? null,
});

export interface NewKey {
  name: string;
  scopes: KeyScope[];
  expires_at?: string;
  password: string;
}

export function createKey(body: NewKey): Promise<{ key: ApiKey; text?: string | null }> {
  return dataOf(api.POST("/api/v1/me/api-keys", { body }));
}

export async function revokeKey(id: string): Promise<void> {
  await dataOf(api.DELETE("/api/v1/me/api-keys/{id}", { params: { path: { id } } }));
}
