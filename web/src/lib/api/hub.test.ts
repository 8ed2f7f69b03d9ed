// Two tabs, one stream: the follower hears everything, joins in step, and takes over where the leader stopped.
import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { server } from "@/test/server.ts";
import type { ServerEvent } from "./events.ts";
import { EventHub } from "./hub.ts";
import { clearSession, setSession } from "./token.ts";

/** Web Locks as the browser has them, as far as the hub needs them. */
function fakeLocks() {
  const waiting: { run: () => void }[] = [];
  let held: { kick: () => void } | null = null;
  const next = () => waiting.shift()?.run();
  return {
    request(_name: string, how: LockOptions, work: () => Promise<void> | undefined) {
      return new Promise<void>((resolve, reject) => {
        const entry = {
          run() {
            const mine = { kick: () => reject(new DOMException("stolen", "AbortError")) };
            held = mine;
            void Promise.resolve(work()).then(() => {
              resolve();
              if (held !== mine) return;
              held = null;
              next();
            });
          },
        };
        how.signal?.addEventListener("abort", () => {
          const at = waiting.indexOf(entry);
          if (at >= 0) waiting.splice(at, 1);
          reject(new DOMException("aborted", "AbortError"));
        });
        if (how.steal) {
          held?.kick();
          entry.run();
        } else if (held === null) entry.run();
        else waiting.push(entry);
      });
    },
  };
}

class FakeStream {
  readonly lastEventIds: (string | null)[] = [];
  #controllers: ReadableStreamDefaultController<Uint8Array>[] = [];
  readonly handler = http.get("*/api/v1/events", ({ request }) => {
    this.lastEventIds.push(request.headers.get("Last-Event-ID"));
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controllers.push(controller);
        controller.enqueue(new TextEncoder().encode("event: stream.ready\ndata: {}\n\n"));
      },
    });
    return new HttpResponse(body, { headers: { "content-type": "text/event-stream" } });
  });
  say(id: string, name: string, data: unknown) {
    const text = `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
    this.#controllers.at(-1)?.enqueue(new TextEncoder().encode(text));
  }
}

const snapshot: ServerEvent = {
  type: "run.snapshot",
  run_id: "r",
  conversation_id: "c",
  message_id: "m",
  attempt: 1,
  text: "so far",
};

let hubs: EventHub[] = [];
function tab(recall: () => ServerEvent[] = () => []) {
  const heard: ServerEvent[] = [];
  const hub = new EventHub({ user: "u1", recall, random: () => 0 });
  hub.subscribe((event) => heard.push(event));
  hubs.push(hub);
  hub.start();
  return { hub, heard };
}

beforeEach(() => {
  clearSession();
  setSession({
    user: { id: "u1", email: "a@b.c", display_name: "A", role: "member", created_at: "" },
    access_token: "t",
    token_type: "Bearer",
    expires_in: 900,
    refresh_expires_in: 900,
  });
  Object.defineProperty(navigator, "locks", { value: fakeLocks(), configurable: true });
});
afterEach(() => {
  for (const hub of hubs) hub.stop();
  hubs = [];
});

describe("EventHub", () => {
  it("has one stream for all tabs, and a new tab learns what is running", async () => {
    const stream = new FakeStream();
    server.use(stream.handler);
    const first = tab(() => [snapshot]);
    await vi.waitFor(() => expect(first.hub.getState()).toBe("open"));
    const second = tab();
    await vi.waitFor(() => expect(second.heard).toContainEqual(snapshot));
    expect(second.hub.leading).toBe(false);
    expect(second.hub.getState()).toBe("open");
    stream.say("e.1", "run.delta", { run_id: "r", message_id: "m", start: 6, text: "!" });
    await vi.waitFor(() => expect(second.heard.at(-1)?.type).toBe("run.delta"));
    expect(first.heard.at(-1)).toEqual(second.heard.at(-1));
    expect(stream.lastEventIds).toEqual([null]);
  });

  it("goes on after the last event when the leader leaves", async () => {
    const stream = new FakeStream();
    server.use(stream.handler);
    const first = tab();
    await vi.waitFor(() => expect(first.hub.getState()).toBe("open"));
    const second = tab();
    await vi.waitFor(() => expect(second.hub.getState()).toBe("open"));
    stream.say("e.7", "conversation.deleted", { conversation_id: "c" });
    await vi.waitFor(() => expect(second.heard.at(-1)?.type).toBe("conversation.deleted"));
    first.hub.stop();
    await vi.waitFor(() => expect(second.hub.leading).toBe(true));
    await vi.waitFor(() => expect(stream.lastEventIds).toEqual([null, "e.7"]));
    await vi.waitFor(() =>
      expect(second.heard.at(-1)).toEqual({ type: "stream.ready", resumed: true }),
    );
  });

  it("takes the lead from a tab that does not answer", async () => {
    const stream = new FakeStream();
    server.use(stream.handler);
    // Somebody holds the lock and is frozen.
    void navigator.locks
      .request("obrol.events.u1", {}, () => new Promise<void>(() => {}))
      .catch(() => {});
    const { hub } = tab();
    expect(hub.leading).toBe(false);
    await vi.waitFor(() => expect(hub.leading).toBe(true), { timeout: 4_000 });
  });

  it("works alone where the browser has no locks", async () => {
    Reflect.deleteProperty(navigator, "locks");
    const stream = new FakeStream();
    server.use(stream.handler);
    const { hub } = tab();
    await vi.waitFor(() => expect(hub.getState()).toBe("open"));
    expect(hub.leading).toBe(true);
  });
});
