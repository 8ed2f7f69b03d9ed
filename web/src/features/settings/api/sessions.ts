// The devices on which this person is logged in.
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/lib/api/client.ts";
import { dataOf } from "@/lib/api/problem.ts";
import { clearSession } from "@/lib/api/token.ts";

export const sessionsQuery = queryOptions({
  queryKey: ["sessions"],
  queryFn: ({ signal }) => dataOf(api.GET("/api/v1/auth/sessions", { signal })),
  staleTime: 5_000,
});

export async function revokeSession(id: string): Promise<void> {
  await dataOf(api.DELETE("/api/v1/auth/sessions/{id}", { params: { path: { id } } }));
}

export async function logoutEverywhere(): Promise<void> {
  await dataOf(api.POST("/api/v1/auth/logout-all"));
  clearSession();
}
