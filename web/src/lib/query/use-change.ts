// One change at the server: says that it worked, fetches again what it touched, keeps the words for when it did not.
import { type QueryKey, useMutation, useQueryClient } from "@tanstack/react-query";
import { toast } from "@/components/ui/toast-store.ts";
import { useProblemText } from "@/lib/i18n/use-problem-text.ts";

export interface ChangeOptions<V> {
  act: (value: V) => Promise<unknown>;
  touches: readonly QueryKey[];
  /** Said when it worked. */
  said?: string;
  done?: () => void;
  /** Says a failure as a toast: for switches and buttons without a dialog around them. */
  loud?: boolean;
}

export interface Change<V> {
  run: (value: V) => void;
  busy: boolean;
  /** What is under way, to show the spinner at the right row. */
  value: V | undefined;
  fault: string | null;
  error: unknown;
  reset: () => void;
}

export function useChange<V = void>(options: ChangeOptions<V>): Change<V> {
  const client = useQueryClient();
  const text = useProblemText();
  const mutation = useMutation({
    mutationFn: options.act,
    onSuccess: async () => {
      if (options.said !== undefined) toast(options.said, { tone: "good" });
      options.done?.();
      await Promise.all(
        options.touches.map((queryKey) => client.invalidateQueries({ queryKey: [...queryKey] })),
      );
    },
    onError: (cause) => {
      if (options.loud) toast(text(cause), { tone: "danger" });
    },
  });
  return {
    run: (value) => {
      if (!mutation.isPending) mutation.mutate(value);
    },
    busy: mutation.isPending,
    value: mutation.isPending ? mutation.variables : undefined,
    fault: mutation.isError ? text(mutation.error) : null,
    error: mutation.error,
    reset: mutation.reset,
  };
}
