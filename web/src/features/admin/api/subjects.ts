// Who used models lately, by name: suggestions for whom a limit is about.
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/lib/api/client.ts";
import { dataOf } from "@/lib/api/problem.ts";
import type { Limit } from "@/lib/api/types.ts";

const LATELY_MS = 60 * 86_400_000;

export function subjectsQuery(scope: Limit["scope"]) {
  return queryOptions({
    queryKey: ["admin", "subjects", scope],
    queryFn: async ({ signal }): Promise<{ id: string; name: string }[]> => {
      if (scope === "everyone" || scope === "room") return [];
      const now = Date.now();
      const query = {
        from: new Date(now - LATELY_MS).toISOString(),
        until: new Date(now).toISOString(),
        by: scope,
        limit: 100,
      };
      const page = await dataOf(api.GET("/api/v1/admin/llm/usage", { params: { query }, signal }));
      return page.items.flatMap((one) =>
        one.key ? [{ id: one.key, name: one.name || one.key }] : [],
      );
    },
  });
}
