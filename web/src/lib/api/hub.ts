// The browser's one event stream. One tab (the leader) holds it and tells the others; any tab can take over.
//
// A leader may be frozen by the browser while it holds the lock. So a visible follower that hears nothing asks, and takes
// the lead when nobody answers. Messages are handled at once even where timers are throttled.
import { parseEvent, type ServerEvent } from "./events.ts";
import { EventStream, type StreamState } from "./sse.ts";

export interface HubOptions {
  /** Names the lock and the channel; people on one browser must not hear each other. */
  user: string;
  /** Events that bring a tab that joins up to date, from what this tab knows. */
  recall: () => ServerEvent[];
  url?: string;
  random?: () => number;
}

type Told =
  | { kind: "event"; id: string | null; event: ServerEvent }
  | { kind: "state"; state: StreamState }
  | { kind: "hello"; from: string }
  | { kind: "welcome"; to: string; state: StreamState; id: string | null; events: ServerEvent[] }
  | { kind: "restart" };

const EVENTS_URL = "/api/v1/events";
/** A visible follower asks after this much silence. */
const QUIET_MS = 10_000;
/** Nobody answered: the leader is frozen or gone. */
const ANSWER_MS = 2_500;
/** Gaps come in bursts; one restart heals them all. */
const RESTART_EVERY_MS = 2_000;

export class EventHub {
  readonly #options: HubOptions;
  readonly #name: string;
  readonly #me = crypto.randomUUID();
  readonly #listeners = new Set<(event: ServerEvent) => void>();
  readonly #watchers = new Set<() => void>();
  #channel: BroadcastChannel | null = null;
  #stream: EventStream | null = null;
  #state: StreamState = "connecting";
  #lastId: string | null = null;
  #release: (() => void) | null = null;
  #waiting: AbortController | null = null;
  #heardAt = 0;
  #asking: ReturnType<typeof setTimeout> | null = null;
  #rounds: ReturnType<typeof setInterval> | null = null;
  #restartedAt = 0;
  #running = false;

  constructor(options: HubOptions) {
    this.#options = options;
    this.#name = `obrol.events.${options.user}`;
  }

  get leading(): boolean {
    return this.#stream !== null;
  }

  readonly getState = (): StreamState => this.#state;

  readonly watchState = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  subscribe(listener: (event: ServerEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    if (!("locks" in navigator) || typeof BroadcastChannel === "undefined") {
      this.#lead();
      return;
    }
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.addEventListener("message", this.#hear);
    document.addEventListener("visibilitychange", this.#look);
    this.#rounds = setInterval(this.#look, QUIET_MS / 2);
    this.#queue(false);
    this.#ask();
  }

  stop(): void {
    if (!this.#running) return;
    this.#running = false;
    document.removeEventListener("visibilitychange", this.#look);
    if (this.#rounds !== null) clearInterval(this.#rounds);
    if (this.#asking !== null) clearTimeout(this.#asking);
    this.#asking = null;
    this.#stepDown();
    this.#waiting?.abort();
    this.#waiting = null;
    this.#channel?.close();
    this.#channel = null;
  }

  /** Something is missing: the server shall tell every running answer from its beginning. */
  readonly resync = (): void => {
    if (!this.#running) return;
    if (this.#stream === null) {
      this.#channel?.postMessage({ kind: "restart" } satisfies Told);
      return;
    }
    const now = Date.now();
    if (now - this.#restartedAt < RESTART_EVERY_MS) return;
    this.#restartedAt = now;
    this.#stream.restart();
  };

  #queue(steal: boolean): void {
    const waiting = new AbortController();
    this.#waiting = waiting;
    // `steal` and `signal` exclude each other.
    const how: LockOptions = steal ? { steal: true } : { signal: waiting.signal };
    const held = navigator.locks.request(this.#name, how, () => {
      if (!this.#running || this.#waiting !== waiting) return undefined;
      return new Promise<void>((resolve) => {
        this.#release = resolve;
        this.#lead();
      });
    });
    held.catch(() => {
      // Given up on purpose, or another tab took the lead from this one while it was frozen.
      if (!this.#running || this.#waiting !== waiting) return;
      this.#stepDown();
      this.#queue(false);
      this.#ask();
    });
  }

  #lead(): void {
    if (this.#stream !== null) return;
    if (this.#asking !== null) clearTimeout(this.#asking);
    this.#asking = null;
    const stream = new EventStream({
      url: this.#options.url ?? EVENTS_URL,
      lastEventId: this.#lastId,
      ...(this.#options.random ? { random: this.#options.random } : {}),
      onState: (state) => {
        this.#become(state);
        this.#tell({ kind: "state", state });
      },
      onSignedOut: () => this.stop(),
      onMessage: ({ name, data, id }) => {
        const event = parseEvent(name, data);
        if (event === null) return;
        // The stream was asked to go on from somewhere; if the server cannot, it says so with `sync.required`.
        const heard =
          event.type === "stream.ready" ? { ...event, resumed: stream.resuming } : event;
        if (stream !== this.#stream) return;
        this.#tell({ kind: "event", id, event: heard });
        this.#take(id, heard);
      },
    });
    this.#stream = stream;
    stream.start();
  }

  #stepDown(): void {
    this.#stream?.stop();
    this.#stream = null;
    this.#release?.();
    this.#release = null;
  }

  #take(id: string | null, event: ServerEvent): void {
    if (id !== null && id !== "") this.#lastId = id;
    for (const listener of this.#listeners) listener(event);
  }

  #become(state: StreamState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const watcher of this.#watchers) watcher();
  }

  #tell(told: Told): void {
    this.#channel?.postMessage(told);
  }

  #ask(): void {
    if (this.#stream !== null) return;
    this.#tell({ kind: "hello", from: this.#me });
    if (this.#asking !== null) return;
    this.#asking = setTimeout(() => {
      this.#asking = null;
      if (!this.#running || this.#stream !== null || document.visibilityState === "hidden") return;
      this.#waiting?.abort();
      this.#queue(true);
    }, ANSWER_MS);
  }

  readonly #look = (): void => {
    if (this.#stream !== null || document.visibilityState === "hidden") return;
    if (Date.now() - this.#heardAt > QUIET_MS) this.#ask();
  };

  readonly #hear = (message: MessageEvent<Told>): void => {
    const told = message.data;
    if (told.kind === "hello") {
      if (this.#stream === null) return;
      this.#tell({
        kind: "welcome",
        to: told.from,
        state: this.#state,
        id: this.#lastId,
        events: this.#options.recall(),
      });
      return;
    }
    if (told.kind === "restart") {
      if (this.#stream !== null) this.resync();
      return;
    }
    // From here on only a leader speaks. A tab that was frozen may still believe that it leads: the lock will tell it.
    if (this.#stream !== null) return;
    this.#heardAt = Date.now();
    if (this.#asking !== null) {
      clearTimeout(this.#asking);
      this.#asking = null;
    }
    if (told.kind === "state") this.#become(told.state);
    else if (told.kind === "event") this.#take(told.id, told.event);
    else if (told.to === this.#me) {
      this.#become(told.state);
      for (const event of told.events) this.#take(null, event);
      if (told.id !== null) this.#lastId = told.id;
    }
  };
}
