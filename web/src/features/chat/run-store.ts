// The answers that are being written right now. Events change it at once; readers see it once per animation frame.
import type { RunEvent, RunSnapshot, ServerEvent } from "@/lib/api/events.ts";
import { isOver, type LiveRun, step } from "./run-state.ts";

/** Ended answers are remembered so that late news, or a list fetched a moment too early, cannot bring them back to life. */
const ENDED_REMEMBERED = 64;
/** Frames do not come in a hidden tab. */
const HIDDEN_FLUSH_MS = 250;

export interface RunStoreOptions {
  /** What was heard does not fit together; somebody should ask the server. */
  onGap?: (runId: string) => void;
  schedule?: (flush: () => void) => void;
}

export class RunStore {
  readonly #now = new Map<string, LiveRun>();
  readonly #shown = new Map<string, LiveRun>();
  readonly #byMessage = new Map<string, string>();
  readonly #dirty = new Set<string>();
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #watchers = new Set<() => void>();
  readonly #ended: string[] = [];
  readonly #options: RunStoreOptions;
  #scheduled = false;

  constructor(options: RunStoreOptions = {}) {
    this.#options = options;
  }

  apply(event: RunEvent): void {
    const before = this.#now.get(event.run_id) ?? null;
    const { run, verdict } = step(before, event);
    if (run !== null && run !== before) {
      this.#now.set(run.runId, run);
      this.#byMessage.set(run.messageId, run.runId);
      if (isOver(run)) this.#remember(run.runId);
      if (isOver(run) || run.conversationId !== before?.conversationId) this.#tellWatchers();
    }
    if (verdict === "changed" && run !== null) {
      this.#dirty.add(run.runId);
      if (isOver(run)) this.flush();
      else this.#schedule();
    }
    if (verdict === "gap") this.#options.onGap?.(event.run_id);
  }

  /** What is shown for a message, as of the last frame. */
  readonly get = (messageId: string): LiveRun | null => {
    const runId = this.#byMessage.get(messageId);
    return runId === undefined ? null : (this.#shown.get(runId) ?? null);
  };

  subscribe(messageId: string, listener: () => void): () => void {
    const set = this.#listeners.get(messageId) ?? new Set();
    set.add(listener);
    this.#listeners.set(messageId, set);
    return () => {
      set.delete(listener);
      if (set.size === 0) this.#listeners.delete(messageId);
    };
  }

  /** Heard when an answer begins or ends, in any conversation. */
  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  isAnswering(conversationId: string): boolean {
    for (const run of this.#now.values())
      if (run.conversationId === conversationId && !isOver(run)) return true;
    return false;
  }

  /** The runs that are not over, as of now. */
  active(): LiveRun[] {
    return [...this.#now.values()].filter((run) => !isOver(run));
  }

  /** What a tab that joins must hear to be in step. */
  readonly recall = (): ServerEvent[] =>
    this.active()
      .filter((run) => !run.broken && run.conversationId !== null)
      .map(
        (run): RunSnapshot => ({
          type: "run.snapshot",
          run_id: run.runId,
          conversation_id: run.conversationId ?? "",
          message_id: run.messageId,
          attempt: run.attempt,
          text: run.text,
        }),
      );

  /** Forgets a run of which the server knows better. */
  drop(runId: string): void {
    const run = this.#now.get(runId);
    if (run === undefined) return;
    this.#now.delete(runId);
    this.#byMessage.delete(run.messageId);
    this.#shown.delete(runId);
    this.#dirty.delete(runId);
    this.#notify(run.messageId);
    this.#tellWatchers();
  }

  flush(): void {
    this.#scheduled = false;
    const ids = [...this.#dirty];
    this.#dirty.clear();
    for (const id of ids) {
      const run = this.#now.get(id);
      if (run !== undefined) this.#shown.set(id, run);
    }
    for (const id of ids) {
      const run = this.#shown.get(id);
      if (run !== undefined) this.#notify(run.messageId);
    }
  }

  #notify(messageId: string): void {
    for (const listener of this.#listeners.get(messageId) ?? []) listener();
  }

  #tellWatchers(): void {
    for (const watcher of this.#watchers) watcher();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const flush = () => this.flush();
    if (this.#options.schedule) this.#options.schedule(flush);
    else if (document.visibilityState === "hidden") setTimeout(flush, HIDDEN_FLUSH_MS);
    else requestAnimationFrame(flush);
  }

  #remember(runId: string): void {
    this.#ended.push(runId);
    while (this.#ended.length > ENDED_REMEMBERED) {
      const oldest = this.#ended.shift();
      if (oldest !== undefined) this.drop(oldest);
    }
  }
}
