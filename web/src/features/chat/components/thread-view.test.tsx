// A conversation in Indonesian: what was said, what is being said, what failed, and what lies beside it.
import { act, screen, within } from "@testing-library/react";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { clearSession, setSession } from "@/lib/api/token.ts";
import type { Conversation, Message } from "@/lib/api/types.ts";
import { renderApp } from "@/test/render-app.tsx";
import { answer, problem } from "@/test/server.ts";
import { runStore } from "../api/live.ts";
import { ThreadView } from "./thread-view.tsx";

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

function message(
  id: string,
  parent: string | null,
  type: "user" | "assistant",
  text: string,
  more = {},
): Message {
  clock += 1;
  return {
    id,
    conversation_id: "c1",
    parent_id: parent,
    author: { type },
    content: text === "" ? [] : [{ type: "text", text }],
    status: "complete",
    created_at: at(clock),
    ...more,
  };
}
let clock = 0;

const conversation: Conversation = {
  id: "c1",
  kind: "chat",
  title: "Nasi goreng",
  model: null,
  head_message_id: null,
  archived: false,
  created_at: at(0),
  updated_at: at(0),
  version: 3,
};

function serve(messages: Message[], head: string) {
  answer("get", "/conversations/c1", { ...conversation, head_message_id: head });
  answer("get", "/conversations/c1/messages", {
    items: [...messages].reverse(),
    next_cursor: null,
  });
  answer("get", "/models", {
    items: [{ id: "guide/guide", name: "Pemandu", provider: "guide", guide: true, default: true }],
  });
}

beforeEach(() => {
  clearSession();
  setSession({
    user: { id: "u1", email: "a@b.c", display_name: "A", role: "member", created_at: at(0) },
    access_token: "t",
    token_type: "Bearer",
    expires_in: 900,
    refresh_expires_in: 900,
  });
  // jsdom has no layout; the list needs a view with some height to show rows in.
  vi.spyOn(Element.prototype, "clientHeight", "get").mockReturnValue(600);
  vi.spyOn(Element.prototype, "clientWidth", "get").mockReturnValue(800);
});

describe("ThreadView", () => {
  it("shows an answer as it grows and says it once when it is finished", async () => {
    const asked = message("q1", null, "user", "Apa itu Obrol?");
    const growing = message("a1", "q1", "assistant", "", { status: "streaming", run_id: "r1" });
    serve([asked, growing], "a1");
    answer("get", "/runs/r1", { id: "r1", status: "running", attempt: 1 });
    await renderApp(<ThreadView conversationId="c1" />, "id");
    await screen.findByText("Apa itu Obrol?");
    expect(screen.getByRole("button", { name: "Hentikan jawaban" })).toBeEnabled();

    await act(async () => {
      runStore.apply({
        type: "run.started",
        run_id: "r1",
        conversation_id: "c1",
        message_id: "a1",
        attempt: 1,
      });
      runStore.apply({
        type: "run.delta",
        run_id: "r1",
        message_id: "a1",
        start: 0,
        text: "Server **obrolan",
      });
      runStore.flush();
    });
    const article = screen.getByRole("article", { name: "Jawaban" });
    expect(article).toHaveAttribute("aria-busy", "true");
    expect((await within(article).findByText("obrolan")).tagName).toBe("STRONG");

    await act(async () => {
      const message: Message = {
        ...growing,
        status: "complete",
        content: [{ type: "text", text: "Server **obrolan** AI." }],
      };
      runStore.apply({ type: "run.succeeded", run_id: "r1", message });
    });
    expect(article).toHaveAttribute("aria-busy", "false");
    expect(await screen.findByText("Jawaban selesai. Server obrolan AI.")).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Kirim" })).toBeInTheDocument();
  });

  it("explains a failure and asks again with one id", async () => {
    const asked = message("q2", null, "user", "Halo");
    const failed = message("a2", "q2", "assistant", "", {
      status: "failed",
      error: problem(503, "run.unavailable", "The provider is away"),
    });
    serve([asked, failed], "a2");
    const wishes = answer(
      "post",
      "/conversations/c1/messages/a2/regenerate",
      problem(503, "db.unavailable", "sibuk"),
      503,
    );
    const { user } = await renderApp(<ThreadView conversationId="c1" />, "id");
    expect(
      await screen.findByText(/Penyedia model sedang tidak dapat dijangkau/),
    ).toBeInTheDocument();
    const again = screen.getByRole("button", { name: "Coba lagi" });
    await user.click(again);
    await vi.waitFor(() => expect(wishes).toHaveLength(1));
    await vi.waitFor(() => expect(again).toBeEnabled());
    await user.click(again);
    await vi.waitFor(() => expect(wishes).toHaveLength(2));
    expect(wishes[0]).toEqual(wishes[1]);
  });

  it("walks through the branches and remembers the place", async () => {
    const asked = message("q3", null, "user", "Satu?");
    const first = message("a3", "q3", "assistant", "jawaban pertama");
    const second = message("a4", "q3", "assistant", "jawaban kedua");
    serve([asked, first, second], "a4");
    const changes = answer("patch", "/conversations/c1", {
      ...conversation,
      head_message_id: "a3",
      version: 4,
    });
    const { user } = await renderApp(<ThreadView conversationId="c1" />, "id");
    expect(await screen.findByText("jawaban kedua")).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Versi sebelumnya" }));
    expect(await screen.findByText("jawaban pertama")).toBeInTheDocument();
    expect(screen.queryByText("jawaban kedua")).toBeNull();
    expect(changes).toEqual([{ head_message_id: "a3" }]);
  });

  it("says when there is no such conversation", async () => {
    answer("get", "/conversations/c1", problem(404, "conversation.not_found", "x"), 404);
    answer("get", "/conversations/c1/messages", problem(404, "conversation.not_found", "x"), 404);
    answer("get", "/models", { items: [] });
    await renderApp(<ThreadView conversationId="c1" />, "id");
    expect(
      await screen.findByRole("heading", { name: "Obrolan ini tidak ada" }),
    ).toBeInTheDocument();
  });
});
