// One server-sent event stream that stays alive: refreshes the token, reconnects where it was, notices silence.
import { createParser } from "eventsource-parser";
import { getAccessToken, refresh } from "./token.ts";

export type StreamState = "connecting" | "open" | "reconnecting" | "offline";

export interface SseMessage {
  name: string | undefined;
  data: string;
  id: string | null;
}

export interface SseOptions {
  url: string;
  lastEventId?: string | null;
  onMessage: (message: SseMessage) => void;
  onState: (state: StreamState) => void;
  /** The session is over; the stream has stopped. */
  onSignedOut: () => void;
  /** Between 0 and 1; tests fix it. */
  random?: () => number;
}

/** The server pings every 15 s: this long without a byte means that the line is dead. */
export const IDLE_LIMIT_MS = 40_000;
/** After a wake-up even one missed ping is reason enough to connect anew. */
const DOUBT_MS = 18_000;
const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 15_000;
const CONNECT_LIMIT_MS = 20_000;

/** How long to wait before the next try; `failures` counts tries since the stream was last open. */
export function backoff(failures: number, base: number, random: number): number {
  const grown = base * 2 ** Math.min(Math.max(failures - 1, 0), 6);
  return Math.min(grown, Math.max(LONGEST_DELAY_MS, base)) * (1 + 0.3 * random);
}

type Ending =
  /** Open it again at once: the token was renewed or somebody asked for it. */
  { kind: "again" } | { kind: "failed"; waitAtLeast: number } | { kind: "signed-out" };

export class EventStream {
  lastEventId: string | null;
  /** Whether the present connection was asked to go on from somewhere. */
  resuming = false;
  readonly #options: SseOptions;
  #stopped = true;
  #state: StreamState = "connecting";
  #abort: AbortController | null = null;
  #again = false;
  #wake: (() => void) | null = null;
  #base = FIRST_DELAY_MS;
  #failures = 0;
  #heardAt = 0;
  #refusals = 0;

  constructor(options: SseOptions) {
    this.#options = options;
    this.lastEventId = options.lastEventId ?? null;
  }

  get state(): StreamState {
    return this.#state;
  }

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    addEventListener("online", this.#nudge);
    addEventListener("offline", this.#wentOffline);
    addEventListener("pageshow", this.#nudge);
    document.addEventListener("visibilitychange", this.#nudge);
    this.#options.onState(this.#state);
    void this.#live();
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    removeEventListener("online", this.#nudge);
    removeEventListener("offline", this.#wentOffline);
    removeEventListener("pageshow", this.#nudge);
    document.removeEventListener("visibilitychange", this.#nudge);
    this.#abort?.abort();
    this.#wake?.();
  }

  /** Connects anew without a position, so that the server tells everything that is under way. */
  restart(): void {
    this.lastEventId = null;
    this.#reopen();
  }

  #reopen(): void {
    this.#again = true;
    this.#abort?.abort();
    this.#wake?.();
  }

  /** The machine woke up, the network came back, the page is looked at again. */
  readonly #nudge = (): void => {
    if (document.visibilityState === "hidden") return;
    if (this.#state === "open" && Date.now() - this.#heardAt < DOUBT_MS) return;
    if (this.#state === "open") this.#reopen();
    else this.#wake?.();
  };

  readonly #wentOffline = (): void => {
    if (this.#state === "reconnecting") this.#become("offline");
  };

  #become(state: StreamState): void {
    if (state === this.#state || this.#stopped) return;
    this.#state = state;
    this.#options.onState(state);
  }

  async #live(): Promise<void> {
    while (!this.#stopped) {
      const ending = await this.#once();
      if (this.#stopped) return;
      if (ending.kind === "signed-out") {
        this.stop();
        this.#options.onSignedOut();
        return;
      }
      if (ending.kind === "again") continue;
      this.#failures += 1;
      // A browser may call a machine offline that reaches its own loopback: the word changes, the trying goes on.
      this.#become(navigator.onLine === false ? "offline" : "reconnecting");
      const random = (this.#options.random ?? Math.random)();
      await this.#pause(Math.max(ending.waitAtLeast, backoff(this.#failures, this.#base, random)));
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#wake = done;
    });
  }

  async #once(): Promise<Ending> {
    this.#again = false;
    if (getAccessToken() === null) {
      const renewed = await refresh();
      if (renewed === "signed-out") return { kind: "signed-out" };
      if (renewed === "unreachable") return { kind: "failed", waitAtLeast: 0 };
    }
    const abort = new AbortController();
    this.#abort = abort;
    const connecting = setTimeout(() => abort.abort(), CONNECT_LIMIT_MS);
    try {
      const response = await fetch(new URL(this.#options.url, location.origin), {
        headers: this.#headers(),
        cache: "no-store",
        credentials: "same-origin",
        signal: abort.signal,
      });
      clearTimeout(connecting);
      if (response.status === 401) return await this.#refused();
      if (!response.ok || response.body === null) {
        await response.body?.cancel();
        return {
          kind: "failed",
          waitAtLeast: 1000 * Number(response.headers.get("Retry-After") ?? 0) || 0,
        };
      }
      return await this.#read(response.body, abort);
    } catch {
      return this.#again ? { kind: "again" } : { kind: "failed", waitAtLeast: 0 };
    } finally {
      clearTimeout(connecting);
    }
  }

  #headers(): HeadersInit {
    const headers: Record<string, string> = { Accept: "text/event-stream" };
    const token = getAccessToken();
    if (token !== null) headers.Authorization = `Bearer ${token}`;
    this.resuming = this.lastEventId !== null;
    if (this.lastEventId !== null) headers["Last-Event-ID"] = this.lastEventId;
    const language = document.documentElement.lang;
    if (language !== "") headers["Accept-Language"] = language;
    return headers;
  }

  async #refused(): Promise<Ending> {
    this.#refusals += 1;
    // A server that refuses fresh tokens is broken, not a reason to hammer it.
    if (this.#refusals > 1) return { kind: "failed", waitAtLeast: 0 };
    return this.#renew();
  }

  async #renew(): Promise<Ending> {
    const renewed = await refresh();
    if (renewed === "ok") return { kind: "again" };
    return renewed === "signed-out" ? { kind: "signed-out" } : { kind: "failed", waitAtLeast: 0 };
  }

  async #read(body: ReadableStream<Uint8Array>, abort: AbortController): Promise<Ending> {
    let expired = false;
    const parser = createParser({
      onRetry: (ms) => {
        this.#base = Math.min(Math.max(ms, 100), 60_000);
      },
      onEvent: (event) => {
        if (event.event === "auth.expired") {
          expired = true;
          return;
        }
        if (event.id !== undefined && event.id !== "") this.lastEventId = event.id;
        this.#options.onMessage({ name: event.event, data: event.data, id: event.id ?? null });
      },
    });
    this.#failures = 0;
    this.#refusals = 0;
    this.#become("open");
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let silence = setTimeout(() => abort.abort(), IDLE_LIMIT_MS);
    this.#heardAt = Date.now();
    try {
      while (!expired) {
        const { done, value } = await reader.read();
        if (done) break;
        this.#heardAt = Date.now();
        clearTimeout(silence);
        silence = setTimeout(() => abort.abort(), IDLE_LIMIT_MS);
        parser.feed(decoder.decode(value, { stream: true }));
        if (this.#stopped) break;
      }
    } catch {
      // the line broke; what was heard until here counts
    } finally {
      clearTimeout(silence);
      reader.cancel().catch(() => undefined);
    }
    if (expired) return this.#renew();
    return this.#again ? { kind: "again" } : { kind: "failed", waitAtLeast: 0 };
  }
}
