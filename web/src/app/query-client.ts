// One cache for everything that the server knows.
import { QueryClient } from "@tanstack/react-query";

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: { staleTime: 30_000, gcTime: 10 * 60_000, refetchOnWindowFocus: true },
      // Offline they fail at once, with words: what waited for the network would be done after it was cancelled.
      mutations: { networkMode: "always" },
    },
  });
}
