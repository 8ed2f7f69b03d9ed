// The stream survives cuts, silence and expired tokens, and goes on where it was.
import { HttpResponse, http } from "msw";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { server } from "@/test/server.ts";
import { backoff, EventStream, type SseMessage, type StreamState } from "./sse.ts";
import { clearSession, setSession } from "./token.ts";

const EVENTS = "*/api/v1/events";
const signed = {
  user: {
    id: "u1",
    email: "a@b.c",
    display_name: "A",
    role: "member" as const,
    created_at: "2026-01-01T00:00:00.000Z",
  },
  access_token: "one",
  token_type: "Bearer",
  expires_in: 900,
  refresh_expires_in: 900,
};

let streams: EventStream[] = [];

function open(lastEventId: string | null = null) {
  const heard: SseMessage[] = [];
  const states: StreamState[] = [];
  let signedOut = 0;
  const stream = new EventStream({
    url: "/api/v1/events",
    lastEventId,
    onMessage: (message) => heard.push(message),
    onState: (state) => states.push(state),
    onSignedOut: () => {
      signedOut += 1;
    },
    random: () => 0,
  });
  streams.push(stream);
  stream.start();
  return { stream, heard, states, signedOut: () => signedOut };
}

/** A stream that says these pieces and then ends or stays open. */
function body(pieces: string[], stay = false): ReadableStream<Uint8Array> {
  const rest = [...pieces];
  return new ReadableStream({
    pull(controller) {
      const piece = rest.shift();
      if (piece !== undefined) controller.enqueue(new TextEncoder().encode(piece));
      else if (!stay) controller.close();
      return rest.length === 0 && stay ? new Promise(() => {}) : undefined;
    },
  });
}

const answer = (pieces: string[], stay = false) =>
  new HttpResponse(body(pieces, stay), { headers: { "content-type": "text/event-stream" } });

beforeEach(() => {
  clearSession();
  setSession(signed);
});
afterEach(() => {
  for (const stream of streams) stream.stop();
  streams = [];
});

describe("EventStream", () => {
  it("goes on after the last id when the line is cut, and honours the server's wait", async () => {
    const asked: (string | null)[] = [];
    server.use(
      http.get(EVENTS, ({ request }) => {
        asked.push(request.headers.get("Last-Event-ID"));
        return asked.length === 1
          ? answer(["retry: 100\n\nid: a.1\nevent: run.delta\nda", 'ta: {"x":1}\n\n', ": ping\n\n"])
          : answer(["id: a.2\nevent: run.delta\ndata: {}\n\n"], true);
      }),
    );
    const { heard, states } = open();
    await vi.waitFor(() => expect(heard).toHaveLength(2));
    expect(asked).toEqual([null, "a.1"]);
    expect(heard.map((one) => one.id)).toEqual(["a.1", "a.2"]);
    expect(states).toEqual(["connecting", "open", "reconnecting", "open"]);
  });

  it("renews an expired token and connects again at once", async () => {
    const tokens: (string | null)[] = [];
    server.use(
      http.post("*/api/v1/auth/refresh", () =>
        HttpResponse.json({ ...signed, access_token: "two" }),
      ),
      http.get(EVENTS, ({ request }) => {
        tokens.push(request.headers.get("Authorization"));
        return tokens.length === 1
          ? answer(["event: auth.expired\ndata: {}\n\n"], true)
          : answer(["event: stream.ready\nid: b.1\ndata: {}\n\n"], true);
      }),
    );
    const { heard } = open();
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    expect(tokens).toEqual(["Bearer one", "Bearer two"]);
  });

  it("refreshes once on 401 and stops when the session is over", async () => {
    let refreshes = 0;
    server.use(
      http.post("*/api/v1/auth/refresh", () => {
        refreshes += 1;
        return HttpResponse.json({ code: "auth.session_ended", status: 401 }, { status: 401 });
      }),
      http.get(EVENTS, () => new HttpResponse(null, { status: 401 })),
    );
    const { signedOut } = open();
    await vi.waitFor(() => expect(signedOut()).toBe(1));
    expect(refreshes).toBe(1);
  });

  it("forgets its place when asked to start over", async () => {
    const asked: (string | null)[] = [];
    server.use(
      http.get(EVENTS, ({ request }) => {
        asked.push(request.headers.get("Last-Event-ID"));
        return answer(["event: stream.ready\nid: c.9\ndata: {}\n\n"], true);
      }),
    );
    const { stream, heard } = open("c.5");
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    stream.restart();
    await vi.waitFor(() => expect(heard).toHaveLength(2));
    expect(asked).toEqual(["c.5", null]);
  });
});

describe("backoff", () => {
  it("grows from the server's wait to a limit, with a little chance", () => {
    expect(backoff(1, 1000, 0)).toBe(1000);
    expect(backoff(3, 1000, 0)).toBe(4000);
    expect(backoff(50, 1000, 1)).toBeCloseTo(15_000 * 1.3);
    expect(backoff(1, 60_000, 0)).toBe(60_000);
  });
});
