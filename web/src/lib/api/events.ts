// What `GET /api/v1/events` says, as types, and the one place that turns its JSON into them.
import type { Conversation, Message, Problem, Usage } from "./types.ts";

export type RunStarted = {
  type: "run.started";
  run_id: string;
  conversation_id: string;
  message_id: string;
  attempt: number;
  model?: string | null;
};
export type RunSnapshot = {
  type: "run.snapshot";
  run_id: string;
  conversation_id: string;
  message_id: string;
  attempt: number;
  text: string;
};
/** `start`: the code-point offset where `text` belongs. */
export type RunDelta = {
  type: "run.delta";
  run_id: string;
  message_id: string;
  text: string;
  start: number;
  attempt?: number;
};
/** `keep`: how many code points of the text stay; what follows belongs to `attempt`. */
export type RunRewound = {
  type: "run.rewound";
  run_id: string;
  message_id: string;
  attempt: number;
  keep: number;
};
export type RunEnded = {
  type: "run.succeeded" | "run.failed" | "run.cancelled";
  run_id: string;
  message: Message;
  usage?: Usage | null;
  problem?: Problem | null;
};
export type RunEvent = RunStarted | RunSnapshot | RunDelta | RunRewound | RunEnded;

export type KeysChanged = { type: "keys.changed"; change: "created" | "revoked"; name: string };

export type ServerEvent =
  | RunEvent
  | { type: "message.created"; conversation_id: string; message: Message }
  | { type: "conversation.created" | "conversation.updated"; conversation: Conversation }
  | { type: "conversation.deleted"; conversation_id: string }
  /** A key of the reader's own was made or ended, here or elsewhere. */
  | KeysChanged
  /** The stream is open. `resumed`: nothing was missed since the last one; set by this page, not by the server. */
  | { type: "stream.ready"; resumed?: boolean }
  | { type: "sync.required" }
  | { type: "auth.expired" };

const KNOWN = new Set<string>([
  "run.started",
  "run.snapshot",
  "run.delta",
  "run.rewound",
  "run.succeeded",
  "run.failed",
  "run.cancelled",
  "message.created",
  "conversation.created",
  "conversation.updated",
  "conversation.deleted",
  "keys.changed",
  "stream.ready",
  "sync.required",
  "auth.expired",
] satisfies ServerEvent["type"][]);

/** Null for what this version of the page does not know or cannot read: a newer server must not break it. */
export function parseEvent(name: string | undefined, data: string): ServerEvent | null {
  if (name === undefined || !KNOWN.has(name)) return null;
  try {
    const body: unknown = data === "" ? {} : JSON.parse(data);
    if (typeof body !== "object" || body === null) return null;
    return { ...body, type: name } as ServerEvent;
  } catch {
    return null;
  }
}

export function isRunEvent(event: ServerEvent): event is RunEvent {
  return event.type.startsWith("run.");
}
