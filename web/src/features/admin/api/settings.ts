// What holds for the whole gateway.
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/lib/api/client.ts";
import { dataOf } from "@/lib/api/problem.ts";
import type { LlmSettings } from "@/lib/api/types.ts";

export const settingsQuery = queryOptions({
  queryKey: ["admin", "settings"],
  queryFn: ({ signal }) => dataOf(api.GET("/api/v1/admin/llm/settings", { signal })),
});

export function saveSettings(body: LlmSettings) {
  return dataOf(api.PUT("/api/v1/admin/llm/settings", { body }));
}
