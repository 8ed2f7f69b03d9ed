// Messages form a tree by `parent_id`; what is read is one path through it, from a beginning to a leaf.
import type { Message } from "@/lib/api/types.ts";

export interface Turn {
  message: Message;
  /** All messages with the same parent, oldest first: the branches at this place. */
  siblings: readonly string[];
  /** Place of this one among them, from 0. */
  index: number;
}

export interface Tree {
  byId: ReadonlyMap<string, Message>;
  /** Children by parent, oldest first; beginnings under the empty string. */
  children: ReadonlyMap<string, readonly Message[]>;
}

const ROOT = "";

function older(a: Message, b: Message): number {
  if (a.created_at !== b.created_at) return a.created_at < b.created_at ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

export function treeOf(messages: Iterable<Message>): Tree {
  const byId = new Map<string, Message>();
  for (const message of messages) if (!byId.has(message.id)) byId.set(message.id, message);
  const children = new Map<string, Message[]>();
  for (const message of byId.values()) {
    const key = message.parent_id ?? ROOT;
    const list = children.get(key);
    if (list === undefined) children.set(key, [message]);
    else list.push(message);
  }
  for (const list of children.values()) list.sort(older);
  return { byId, children };
}

/** Follows the newest child down to a leaf. */
export function leafBelow(tree: Tree, id: string): string {
  const seen = new Set<string>();
  let at = id;
  for (;;) {
    seen.add(at);
    const next = tree.children.get(at)?.at(-1);
    if (next === undefined || seen.has(next.id)) return at;
    at = next.id;
  }
}

export interface Path {
  turns: Turn[];
  /** The message that the path ends with, or null where nothing is known yet. */
  leaf: string | null;
  /** The path goes on upwards into messages that are not loaded. */
  cut: boolean;
}

/** The path through `head`, or through the newest message where the head is not known. */
export function pathThrough(tree: Tree, head: string | null | undefined): Path {
  const known = head !== null && head !== undefined && tree.byId.has(head) ? head : newest(tree);
  if (known === null) return { turns: [], leaf: null, cut: false };
  const leaf = leafBelow(tree, known);
  const turns: Turn[] = [];
  const seen = new Set<string>();
  let message = tree.byId.get(leaf);
  let cut = false;
  while (message !== undefined && !seen.has(message.id)) {
    const one: Message = message;
    seen.add(one.id);
    const family = tree.children.get(one.parent_id ?? ROOT) ?? [one];
    const siblings = family
      .filter((other) => other.author.type === one.author.type)
      .map((other) => other.id);
    turns.push({ message: one, siblings, index: siblings.indexOf(one.id) });
    const parent: string | null = one.parent_id ?? null;
    message = parent === null ? undefined : tree.byId.get(parent);
    cut = parent !== null && message === undefined;
  }
  turns.reverse();
  return { turns, leaf, cut };
}

function newest(tree: Tree): string | null {
  let best: Message | null = null;
  for (const message of tree.byId.values())
    if (best === null || older(best, message) < 0) best = message;
  return best?.id ?? null;
}

export function textOf(message: Message): string {
  return message.content
    .filter((part) => part.type === "text")
    .map((part) => part.text)
    .join("\n\n");
}
