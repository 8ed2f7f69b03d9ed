// Questions on their way to the server. Each has one id for ever, so sending it again can never ask twice.
import { problemFrom } from "@/lib/api/problem.ts";
import type { Posted, Problem } from "@/lib/api/types.ts";
import type { Outgoing } from "./api/messages.ts";
import { localKeys, ownKey, readLocal, writeLocal } from "./local-store.ts";

export interface OutboxItem extends Outgoing {
  /** `waiting`: the server could not be reached; it goes out by itself. `failed`: the server refused it. */
  state: "sending" | "waiting" | "failed";
  problem: Problem | null;
  createdAt: number;
}

export interface OutboxOptions {
  send: (one: Outgoing) => Promise<Posted>;
  onSent: (posted: Posted) => void;
  random?: () => number;
}

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 20_000;
const HANDOVER_MS = 150;
const KEY = "outbox.";

export class Outbox {
  readonly #options: OutboxOptions;
  readonly #listeners = new Set<() => void>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #tries = new Map<string, number>();
  #items: readonly OutboxItem[] = [];

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly items = (): readonly OutboxItem[] => this.#items;

  /** Takes up what an earlier page left behind. */
  start(): void {
    this.#publish(
      localKeys(KEY)
        .map((key) => stored(readLocal(key)))
        .filter((one) => one !== null),
    );
    addEventListener("online", this.retryWaiting);
    addEventListener("storage", this.#elsewhere);
    for (const item of this.#items)
      if (item.state !== "failed") void this.#send(item.clientMessageId);
  }

  stop(): void {
    removeEventListener("online", this.retryWaiting);
    removeEventListener("storage", this.#elsewhere);
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.#publish([]);
  }

  add(one: Outgoing): void {
    this.#put({ ...one, state: "sending", problem: null, createdAt: Date.now() });
    void this.#send(one.clientMessageId);
  }

  /** The reader presses Retry: the same question with the same id. */
  retry(id: string): void {
    this.#tries.delete(id);
    void this.#send(id);
  }

  /** The reader takes it back; if it did arrive, it will show up as a message. */
  discard(id: string): OutboxItem | null {
    const item = this.#find(id);
    this.#remove(id);
    return item;
  }

  /** The network is back, or the event stream is. */
  readonly retryWaiting = (): void => {
    for (const item of this.#items) {
      if (item.state !== "waiting") continue;
      this.#tries.delete(item.clientMessageId);
      void this.#send(item.clientMessageId);
    }
  };

  /** A message with this id was heard of: it has arrived, however the request ended. */
  arrived(id: string): void {
    if (this.#find(id)?.state !== "sending") this.#remove(id);
  }

  #find(id: string): OutboxItem | null {
    return this.#items.find((one) => one.clientMessageId === id) ?? null;
  }

  async #send(id: string): Promise<void> {
    const item = this.#find(id);
    if (item === null) return;
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.#put({ ...item, state: "sending", problem: null });
    try {
      const posted = await this.#options.send(item);
      this.#tries.delete(id);
      this.#options.onSent(posted);
      writeLocal(KEY + id, null);
      // The message is in the list by then; taking both at once would leave a frame without either.
      setTimeout(() => this.#remove(id), HANDOVER_MS);
    } catch (error) {
      this.#fail(id, error);
    }
  }

  #fail(id: string, error: unknown): void {
    const item = this.#find(id);
    if (item === null) return;
    const { problem, retryAfter, isNetwork, status } = problemFrom(error);
    const passing = isNetwork || status === 502 || status === 503 || status === 401;
    this.#put({ ...item, state: passing ? "waiting" : "failed", problem });
    if (!passing) return;
    const tries = (this.#tries.get(id) ?? 0) + 1;
    this.#tries.set(id, tries);
    const grown = Math.min(FIRST_DELAY_MS * 2 ** (tries - 1), LONGEST_DELAY_MS);
    const jitter = 1 + 0.3 * (this.#options.random ?? Math.random)();
    const delay = Math.max(grown * jitter, (retryAfter ?? 0) * 1000);
    this.#timers.set(
      id,
      setTimeout(() => void this.#send(id), delay),
    );
  }

  #put(item: OutboxItem): void {
    writeLocal(KEY + item.clientMessageId, JSON.stringify(item));
    const others = this.#items.filter((one) => one.clientMessageId !== item.clientMessageId);
    this.#publish([...others, item].sort((a, b) => a.createdAt - b.createdAt));
  }

  #remove(id: string): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    writeLocal(KEY + id, null);
    if (this.#find(id) !== null)
      this.#publish(this.#items.filter((one) => one.clientMessageId !== id));
  }

  #publish(items: readonly OutboxItem[]): void {
    this.#items = items;
    for (const listener of this.#listeners) listener();
  }

  /** Another tab added, changed or finished one. It sends it; this tab only shows it. */
  readonly #elsewhere = (event: StorageEvent): void => {
    const key = ownKey(event.key);
    if (!key?.startsWith(KEY)) return;
    const id = key.slice(KEY.length);
    const item = stored(event.newValue);
    const others = this.#items.filter((one) => one.clientMessageId !== id);
    this.#publish(
      item === null ? others : [...others, item].sort((a, b) => a.createdAt - b.createdAt),
    );
  };
}

function stored(value: string | null): OutboxItem | null {
  if (value === null) return null;
  try {
    const item = JSON.parse(value) as Partial<OutboxItem>;
    const whole =
      typeof item.clientMessageId === "string" &&
      typeof item.conversationId === "string" &&
      typeof item.text === "string";
    if (!whole) return null;
    return { model: null, state: "waiting", problem: null, createdAt: 0, ...item } as OutboxItem;
  } catch {
    return null;
  }
}
