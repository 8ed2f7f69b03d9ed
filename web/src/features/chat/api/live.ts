// The living part of the chat: event stream, running answers, questions on their way. One of each in a tab.
import type { QueryClient } from "@tanstack/react-query";
import { isRunEvent, type KeysChanged, type ServerEvent } from "@/lib/api/events.ts";
import { EventHub } from "@/lib/api/hub.ts";
import { ApiProblem } from "@/lib/api/problem.ts";
import type { StreamState } from "@/lib/api/sse.ts";
import { getSession } from "@/lib/api/token.ts";
import { clearLocal } from "../local-store.ts";
import { Outbox } from "../outbox.ts";
import { promised } from "../run-state.ts";
import { RunStore } from "../run-store.ts";
import { applyEvent, storePosted } from "./cache.ts";
import { chatKeys } from "./keys.ts";
import { getRun, isRunOver, postMessage } from "./messages.ts";

/** After a cut the server first tells what is running; what it does not name by then has ended. */
const VERIFY_AFTER_MS = 1_500;
const VERIFY_EVERY_MS = 3_000;

let client: QueryClient | null = null;
let hub: EventHub | null = null;
const watchers = new Set<() => void>();
const checking = new Map<string, number>();

export const runStore = new RunStore({
  onGap: (runId) => {
    hub?.resync();
    setTimeout(() => void verify(runId), VERIFY_AFTER_MS);
  },
});

export const outbox = new Outbox({
  send: postMessage,
  onSent: (posted) => {
    if (client !== null) storePosted(client, posted);
  },
});

export function streamState(): StreamState {
  return hub?.getState() ?? "connecting";
}

export function watchStream(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** Asks how a run stands; one that is over is taken from the list of messages, where its answer is stored. */
export async function verify(runId: string): Promise<void> {
  const now = Date.now();
  if (now - (checking.get(runId) ?? 0) < VERIFY_EVERY_MS) return;
  checking.set(runId, now);
  try {
    const run = await getRun(runId);
    if (!isRunOver(run)) return;
    checking.delete(runId);
    await client?.invalidateQueries({ queryKey: chatKeys.messages(run.conversation_id) });
    runStore.drop(runId);
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) runStore.drop(runId);
  }
}

function hear(event: ServerEvent): void {
  if (client === null) return;
  if (isRunEvent(event)) runStore.apply(event);
  if (event.type === "message.created") {
    const waiting = promised(event.message);
    if (waiting !== null) runStore.apply(waiting);
  }
  applyEvent(client, event);
  if (event.type === "message.created" && event.message.client_message_id) {
    outbox.arrived(event.message.client_message_id);
  }
  if (
    event.type === "sync.required" ||
    (event.type === "stream.ready" && event.resumed === false)
  ) {
    for (const run of runStore.active()) setTimeout(() => void verify(run.runId), VERIFY_AFTER_MS);
  }
}

/** Starts everything for whoever is signed in; the answer stops it again. */
export function startLive(
  queryClient: QueryClient,
  onKeys: (event: KeysChanged) => void = () => {},
): () => void {
  const user = getSession().user;
  if (user === null) return () => {};
  client = queryClient;
  const mine = new EventHub({ user: user.id, recall: runStore.recall });
  hub = mine;
  const quiet = mine.subscribe((event) => {
    if (event.type === "keys.changed") onKeys(event);
    else hear(event);
  });
  let before = mine.getState();
  const unwatch = mine.watchState(() => {
    const state = mine.getState();
    if (state === "open" && before !== "open") outbox.retryWaiting();
    before = state;
    for (const watcher of watchers) watcher();
  });
  mine.start();
  outbox.start();
  return () => {
    quiet();
    unwatch();
    mine.stop();
    outbox.stop();
    for (const run of runStore.active()) runStore.drop(run.runId);
    checking.clear();
    const session = getSession();
    // Signed out by their own wish. After an expired session the same person comes back to their drafts.
    if (session.status === "signed-out" && session.reason === undefined) clearLocal(user.id);
    if (hub === mine) hub = null;
    if (client === queryClient) client = null;
  };
}
