// The living part of the chat as React sees it.
import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import type { StreamState } from "@/lib/api/sse.ts";
import { outbox, runStore, streamState, watchStream } from "./api/live.ts";
import type { OutboxItem } from "./outbox.ts";
import type { LiveRun } from "./run-state.ts";

/** The answer as it is being written, or null where nothing is known of it. */
export function useLiveRun(messageId: string): LiveRun | null {
  const subscribe = useCallback(
    (tell: () => void) => runStore.subscribe(messageId, tell),
    [messageId],
  );
  return useSyncExternalStore(subscribe, () => runStore.get(messageId));
}

export function useAnswering(conversationId: string): boolean {
  return useSyncExternalStore(runStore.watch, () => runStore.isAnswering(conversationId));
}

/** A short cut of the line is nobody's business. */
const PATIENCE_MS = 1_200;

export function useStreamState(): StreamState {
  const state = useSyncExternalStore(watchStream, streamState);
  const [shown, setShown] = useState<StreamState>("open");
  useEffect(() => {
    if (state === "open") {
      setShown("open");
      return;
    }
    const timer = setTimeout(() => setShown(state), state === "offline" ? 0 : PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [state]);
  return shown;
}

export function useOutbox(conversationId: string | null): readonly OutboxItem[] {
  const all = useSyncExternalStore(outbox.subscribe, outbox.items);
  return all.filter((one) => one.conversationId === conversationId);
}
