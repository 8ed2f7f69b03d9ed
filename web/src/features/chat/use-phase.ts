// How far the newest answer is, in one word: changes seldom, so the page around a stream renders seldom.
import { useCallback, useSyncExternalStore } from "react";
import type { Message } from "@/lib/api/types.ts";
import { runStore } from "./api/live.ts";
import { textOf } from "./tree.ts";

export type Phase = "idle" | "thinking" | "writing" | "retrying";

export function usePhase(last: Message | null): Phase {
  const id = last?.id ?? "";
  const subscribe = useCallback((tell: () => void) => runStore.subscribe(id, tell), [id]);
  return useSyncExternalStore(subscribe, () => phaseOf(last));
}

function phaseOf(last: Message | null): Phase {
  if (last === null || last.status !== "streaming") return "idle";
  const live = runStore.get(last.id);
  if (live?.message) return "idle";
  if (live === null) return textOf(last) === "" ? "thinking" : "writing";
  if (live.announced > live.attempt) return "retrying";
  return live.text === "" ? "thinking" : "writing";
}
