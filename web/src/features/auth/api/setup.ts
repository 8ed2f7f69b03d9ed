// Whether this server still needs its first administrator and who may register.
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/lib/api/client.ts";
import { dataOf } from "@/lib/api/problem.ts";

export const setupQuery = queryOptions({
  queryKey: ["setup"],
  queryFn: ({ signal }) => dataOf(api.GET("/api/v1/setup", { signal })),
  staleTime: 60_000,
});
