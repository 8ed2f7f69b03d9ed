// Which models there are and which one answers here.
import { useQuery } from "@tanstack/react-query";
import type { Model } from "@/lib/api/types.ts";
import { modelsQuery } from "./api/models.ts";

export function useModels(chosen: string | null): {
  models: readonly Model[];
  /** The one that answers: the chosen one where it is still offered, else the server's default. */
  current: Model | null;
  pending: boolean;
  failed: boolean;
} {
  const query = useQuery(modelsQuery);
  const models = query.data ?? [];
  const current =
    models.find((one) => one.id === chosen) ??
    models.find((one) => one.default) ??
    models[0] ??
    null;
  return { models, current, pending: query.isPending, failed: query.isError };
}
