// Cuts Markdown into blocks so that a growing text re-parses only its end and everything above stays the same object.
import { Lexer, type Token } from "marked";
import { mend } from "./mend.ts";

export interface Block {
  /** Where it begins in the text: stays the same while the text grows, so it serves as a React key. */
  start: number;
  raw: string;
  token: Token;
}

export interface Parsed {
  text: string;
  blocks: Block[];
}

export const NOTHING: Parsed = { text: "", blocks: [] };

/** A definition such as `[1]: https://…` reaches into other blocks, so a text with one is parsed as a whole. */
const DEFINITION = /\[[^\]\n]+\]:/;
/** Groups (blocks between blank lines) at the end that later text may still change: a list goes on across a blank line. */
const OPEN_GROUPS = 2;

function lex(text: string, offset: number): Block[] {
  let start = offset;
  return Lexer.lex(text).map((token) => {
    const block = { start, raw: token.raw, token };
    start += token.raw.length;
    return block;
  });
}

/** Where the part begins that has to be parsed again when text is added. */
function openFrom(blocks: readonly Block[]): number {
  let groups = 0;
  for (let index = blocks.length - 1; index > 0; index -= 1) {
    const block = blocks[index];
    const before = blocks[index - 1];
    if (block === undefined || before === undefined) break;
    if (block.token.type !== "space" && before.token.type === "space") {
      groups += 1;
      if (groups === OPEN_GROUPS) return index;
    }
  }
  return 0;
}

/** Parses `text`; what did not change since `before` comes back as the very same objects. */
export function parseBlocks(text: string, before: Parsed = NOTHING): Parsed {
  if (text === before.text) return before;
  const whole = DEFINITION.test(text);
  const grows = !whole && before.text !== "" && text.startsWith(before.text);
  const keep = grows ? openFrom(before.blocks) : 0;
  const kept = before.blocks.slice(0, keep);
  const from = before.blocks[keep]?.start ?? 0;
  const offset = keep === 0 ? 0 : from;
  const parsed = lex(text.slice(offset), offset);
  // With definitions about, the same words may mean another link than before.
  const blocks = whole ? parsed : [...kept, ...reuse(parsed, before.blocks.slice(keep))];
  return { text, blocks };
}

function reuse(fresh: Block[], old: readonly Block[]): Block[] {
  return fresh.map((block, index) => {
    const one = old[index];
    return one !== undefined && one.start === block.start && one.raw === block.raw ? one : block;
  });
}

/** The end of an answer that is still being written, with half-written syntax closed for the eye. */
export function mended(parsed: Parsed): Block[] {
  const last = parsed.blocks.findLastIndex((block) => block.token.type !== "space");
  const block = parsed.blocks[last];
  if (block === undefined || block.token.type === "code" || block.token.type === "hr")
    return parsed.blocks;
  const raw = parsed.text.slice(block.start);
  const closed = mend(raw);
  if (closed === raw) return parsed.blocks;
  return [...parsed.blocks.slice(0, last), ...lex(closed, block.start)];
}
