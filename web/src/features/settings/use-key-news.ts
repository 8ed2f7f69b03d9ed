// Says on every open page that a key was made or ended in the reader's name: whoever did not do it can act at once.
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import { toast } from "@/components/ui/toast-store.ts";
import type { KeysChanged } from "@/lib/api/events.ts";
import { keysQuery } from "./api/keys.ts";

/** Always the same function, so that a change of language does not open the stream anew. */
export function useKeyNews(): (event: KeysChanged) => void {
  const t = useTranslations("settings.keys");
  const client = useQueryClient();
  const latest = useRef(t);
  useEffect(() => {
    latest.current = t;
  }, [t]);
  return useCallback(
    ({ change, name }: KeysChanged) => {
      toast(latest.current(change, { name }), { stay: 10_000 });
      void client.invalidateQueries({ queryKey: keysQuery.queryKey });
    },
    [client],
  );
}
