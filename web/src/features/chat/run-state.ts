// A running answer as this page has it, and the pure rule for what each event does to it.
import type { RunEvent } from "@/lib/api/events.ts";
import type { Message, Problem } from "@/lib/api/types.ts";
import { countPoints, skipPoints, takePoints } from "./code-points.ts";

export interface LiveRun {
  runId: string;
  messageId: string;
  conversationId: string | null;
  attempt: number;
  /** The newest attempt that was spoken of; ahead of `attempt` until its rewind has been heard. */
  announced: number;
  text: string;
  /** Length of `text` in code points. */
  length: number;
  /** Something before the present position is missing; only a snapshot mends it. */
  broken: boolean;
  model: string | null;
  /** Present once the run is over: the stored answer, which wins over everything heard before. */
  message: Message | null;
  problem: Problem | null;
}

/** `gap`: what was heard does not fit; ask the server. The state that comes with it is marked as broken. */
export interface Step {
  run: LiveRun | null;
  verdict: "changed" | "same" | "gap";
}

export function isOver(run: LiveRun): boolean {
  return run.message !== null;
}

/** An answer that was promised waits in the queue before it begins: known from then on, with nothing said yet. */
export function promised(message: Message): Of<"run.snapshot"> | null {
  if (message.status !== "streaming" || !message.run_id) return null;
  return {
    type: "run.snapshot",
    run_id: message.run_id,
    conversation_id: message.conversation_id,
    message_id: message.id,
    attempt: 0,
    text: "",
  };
}

export function step(run: LiveRun | null, event: RunEvent): Step {
  if (run !== null && isOver(run)) return { run, verdict: "same" };
  switch (event.type) {
    case "run.started":
      return started(run, event);
    case "run.snapshot":
      return snapshot(run, event);
    case "run.delta":
      return delta(run, event);
    case "run.rewound":
      return rewound(run, event);
    case "run.succeeded":
    case "run.failed":
    case "run.cancelled":
      return ended(run, event);
  }
}

type Of<T extends RunEvent["type"]> = Extract<RunEvent, { type: T }>;

function fresh(event: { run_id: string; message_id: string }): LiveRun {
  return {
    runId: event.run_id,
    messageId: event.message_id,
    conversationId: null,
    attempt: 0,
    announced: 0,
    text: "",
    length: 0,
    broken: false,
    model: null,
    message: null,
    problem: null,
  };
}

function gap(run: LiveRun | null): Step {
  return { run: run === null || run.broken ? run : { ...run, broken: true }, verdict: "gap" };
}

function started(run: LiveRun | null, event: RunEvent & { type: "run.started" }): Step {
  const { attempt } = event;
  const facts = { conversationId: event.conversation_id, model: event.model ?? null };
  if (run === null) {
    // A later attempt goes on from text that this page has never seen.
    const next = { ...fresh(event), ...facts, attempt, announced: attempt };
    return attempt > 1 ? gap(next) : { run: next, verdict: "changed" };
  }
  if (attempt < run.announced) return { run, verdict: "same" };
  const next = { ...run, ...facts, announced: attempt };
  // The first attempt has nothing to rewind; of a later one the rewind says what stays.
  if (run.attempt === 0 && attempt === 1) return { run: { ...next, attempt }, verdict: "changed" };
  return { run: next, verdict: run.model === next.model ? "same" : "changed" };
}

function snapshot(run: LiveRun | null, event: Of<"run.snapshot">): Step {
  const length = countPoints(event.text);
  if (run !== null) {
    const older = event.attempt < run.attempt;
    const known = event.attempt === run.attempt && length <= run.length && !run.broken;
    if (older || known) return { run, verdict: "same" };
  }
  return {
    run: {
      ...(run ?? fresh(event)),
      conversationId: event.conversation_id,
      attempt: event.attempt,
      announced: event.attempt,
      text: event.text,
      length,
      broken: false,
    },
    verdict: "changed",
  };
}

function delta(run: LiveRun | null, event: Of<"run.delta">): Step {
  if (run === null || run.broken) return gap(run);
  const attempt = event.attempt ?? run.announced;
  if (attempt < run.attempt) return { run, verdict: "same" };
  if (attempt > run.attempt || event.start > run.length) return gap(run);
  const behind = run.length - event.start;
  const fresh = behind === 0 ? event.text : skipPoints(event.text, behind);
  if (behind > 0) {
    // What is told twice must be told alike; otherwise a rewind was missed.
    const known = skipPoints(run.text, event.start);
    const told = event.text.slice(0, event.text.length - fresh.length);
    if (!known.startsWith(told)) return gap(run);
  }
  if (fresh === "") return { run, verdict: "same" };
  return {
    run: { ...run, text: run.text + fresh, length: run.length + countPoints(fresh) },
    verdict: "changed",
  };
}

function rewound(run: LiveRun | null, event: Of<"run.rewound">): Step {
  if (run === null) return gap(run);
  if (event.attempt <= run.attempt) return { run, verdict: "same" };
  // An attempt between was missed, and with it perhaps a deeper cut; or text that stays was never heard.
  if (event.attempt > run.attempt + 1 || event.keep > run.length || run.broken) return gap(run);
  return {
    run: {
      ...run,
      attempt: event.attempt,
      announced: Math.max(run.announced, event.attempt),
      text: takePoints(run.text, event.keep),
      length: event.keep,
    },
    verdict: "changed",
  };
}

function ended(
  run: LiveRun | null,
  event: Of<"run.succeeded" | "run.failed" | "run.cancelled">,
): Step {
  // Older servers may end a run without the message; then the list of messages is asked.
  const message: Message | undefined = event.message;
  if (message === undefined) return gap(run);
  const base = run ?? fresh({ run_id: event.run_id, message_id: message.id });
  const problem = event.problem ?? message.error ?? null;
  return {
    run: {
      ...base,
      conversationId: message.conversation_id,
      broken: false,
      message: problem === null ? message : { ...message, error: problem },
      problem,
    },
    verdict: "changed",
  };
}
