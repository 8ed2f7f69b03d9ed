// A question is sent with one id until it has arrived, whatever the line does.
import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiProblem, localProblem } from "@/lib/api/problem.ts";
import { clearSession, setSession } from "@/lib/api/token.ts";
import type { Posted } from "@/lib/api/types.ts";
import type { Outgoing } from "./api/messages.ts";
import { Outbox } from "./outbox.ts";

const one: Outgoing = { clientMessageId: "m1", conversationId: "c1", text: "hello", model: null };
const network = () => new ApiProblem(localProblem("client.network"));

function box(replies: (Posted | Error)[]) {
  const sent: string[] = [];
  const arrived: Posted[] = [];
  const outbox = new Outbox({
    send: (item) => {
      sent.push(item.clientMessageId);
      const reply = replies.shift() ?? network();
      return reply instanceof Error ? Promise.reject(reply) : Promise.resolve(reply);
    },
    onSent: (posted) => arrived.push(posted),
    random: () => 0,
  });
  return { outbox, sent, arrived };
}

const posted = {} as Posted;

beforeEach(() => {
  vi.useRealTimers();
  clearSession();
  setSession({
    user: { id: "u1", email: "a@b.c", display_name: "A", role: "member", created_at: "" },
    access_token: "t",
    token_type: "Bearer",
    expires_in: 900,
    refresh_expires_in: 900,
  });
});

describe("Outbox", () => {
  it("waits while the server is away and sends the same id again", async () => {
    vi.useFakeTimers();
    const { outbox, sent, arrived } = box([network(), network(), posted]);
    outbox.add(one);
    await vi.advanceTimersByTimeAsync(0);
    expect(outbox.items()[0]?.state).toBe("waiting");
    await vi.advanceTimersByTimeAsync(1_000);
    await vi.advanceTimersByTimeAsync(2_000);
    await vi.advanceTimersByTimeAsync(500);
    expect(sent).toEqual(["m1", "m1", "m1"]);
    expect(arrived).toHaveLength(1);
    expect(outbox.items()).toHaveLength(0);
    expect(localStorage).toHaveLength(0);
  });

  it("keeps a refused question with its reason until the reader decides", async () => {
    const refusal = new ApiProblem({
      ...localProblem("client.unexpected"),
      code: "message.too_long",
      status: 422,
    });
    const { outbox, sent } = box([refusal, posted]);
    outbox.add(one);
    await vi.waitFor(() => expect(outbox.items()[0]?.state).toBe("failed"));
    expect(outbox.items()[0]?.problem?.code).toBe("message.too_long");
    outbox.retry("m1");
    await vi.waitFor(() => expect(outbox.items()).toHaveLength(0));
    expect(sent).toEqual(["m1", "m1"]);
  });

  it("survives a reload and can be taken back", async () => {
    const first = box([network()]);
    first.outbox.add(one);
    await vi.waitFor(() => expect(first.outbox.items()[0]?.state).toBe("waiting"));
    first.outbox.stop();
    const second = box([network()]);
    second.outbox.start();
    expect(second.outbox.items()[0]?.text).toBe("hello");
    await vi.waitFor(() => expect(second.outbox.items()[0]?.state).toBe("waiting"));
    expect(second.outbox.discard("m1")?.text).toBe("hello");
    expect(second.outbox.items()).toHaveLength(0);
    second.outbox.stop();
    const third = box([]);
    third.outbox.start();
    expect(third.sent).toEqual([]);
    third.outbox.stop();
  });

  it("forgets what has arrived by another way", async () => {
    const { outbox } = box([network()]);
    outbox.add(one);
    await vi.waitFor(() => expect(outbox.items()[0]?.state).toBe("waiting"));
    outbox.arrived("m1");
    expect(outbox.items()).toHaveLength(0);
  });
});
