// The models that can be asked.
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/lib/api/client.ts";
import { dataOf } from "@/lib/api/problem.ts";
import { chatKeys } from "./keys.ts";

export const modelsQuery = queryOptions({
  queryKey: chatKeys.models,
  queryFn: async ({ signal }) => (await dataOf(api.GET("/api/v1/models", { signal }))).items,
  staleTime: 5 * 60_000,
});
