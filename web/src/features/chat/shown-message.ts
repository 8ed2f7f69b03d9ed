// What a message shows: the stored word, or the living one while it is being written.
import type { Message } from "@/lib/api/types.ts";
import type { LiveRun } from "./run-state.ts";
import { textOf } from "./tree.ts";

export interface Shown {
  /** The stored message, or the one that ended the run. */
  message: Message;
  text: string;
  streaming: boolean;
}

export function shownOf(stored: Message, live: LiveRun | null): Shown {
  if (stored.status !== "streaming")
    return { message: stored, text: textOf(stored), streaming: false };
  // A list that was fetched a moment too early must not bring an ended answer back to life.
  if (live?.message) return { message: live.message, text: textOf(live.message), streaming: false };
  return { message: stored, text: live === null ? textOf(stored) : live.text, streaming: true };
}
