// Branches: which path is read, what lies beside it, and what happens when its beginning is not loaded.
import { describe, expect, it } from "vitest";
import type { Message } from "@/lib/api/types.ts";
import { leafBelow, pathThrough, treeOf } from "./tree.ts";

let clock = 0;
function message(id: string, parent: string | null, type: "user" | "assistant"): Message {
  clock += 1;
  return {
    id,
    conversation_id: "c",
    parent_id: parent,
    author: { type },
    content: [{ type: "text", text: id }],
    status: "complete",
    created_at: new Date(clock).toISOString(),
  };
}

const all = [
  message("q1", null, "user"),
  message("a1", "q1", "assistant"),
  message("q2", "a1", "user"),
  message("a2", "q2", "assistant"),
  message("a2b", "q2", "assistant"),
  message("q2b", "a1", "user"),
  message("a3", "q2b", "assistant"),
  message("q1b", null, "user"),
];
const ids = (path: ReturnType<typeof pathThrough>) => path.turns.map((turn) => turn.message.id);

describe("pathThrough", () => {
  it("follows the head up and its newest children down", () => {
    const tree = treeOf(all);
    expect(ids(pathThrough(tree, "a2"))).toEqual(["q1", "a1", "q2", "a2"]);
    expect(ids(pathThrough(tree, "q1"))).toEqual(["q1", "a1", "q2b", "a3"]);
    expect(ids(pathThrough(tree, null))).toEqual(["q1b"]);
  });

  it("knows the branches at each place", () => {
    const path = pathThrough(treeOf(all), "a2b");
    expect(path.turns.map((turn) => `${turn.index + 1}/${turn.siblings.length}`)).toEqual([
      "1/2",
      "1/1",
      "1/2",
      "2/2",
    ]);
    expect(leafBelow(treeOf(all), "q2b")).toBe("a3");
  });

  it("says when the beginning is not loaded", () => {
    const path = pathThrough(treeOf(all.slice(2)), "a2");
    expect(ids(path)).toEqual(["q2", "a2"]);
    expect(path.cut).toBe(true);
    expect(pathThrough(treeOf(all), "a2").cut).toBe(false);
  });

  it("survives nonsense", () => {
    expect(pathThrough(treeOf([]), "x")).toEqual({ turns: [], leaf: null, cut: false });
    const ring = [message("x", "y", "user"), message("y", "x", "assistant")];
    expect(pathThrough(treeOf(ring), "x").turns.length).toBeLessThanOrEqual(2);
  });
});
