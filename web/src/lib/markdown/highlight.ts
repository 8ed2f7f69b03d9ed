// Asks the worker for colours and remembers its answers.
import type { Language } from "./languages.ts";

/** Text, its colour in light, its colour in dark. */
export type Piece = [string, string, string];
export interface HighlightRequest {
  id: number;
  code: string;
  language: Language;
}
export interface HighlightAnswer {
  id: number;
  lines: Piece[][] | null;
}

/** Longer code stays plain: colouring it would cost more than it helps. */
const LONGEST = 60_000;
const REMEMBERED = 200;

let worker: Worker | null = null;
let last = 0;
const waiting = new Map<number, (lines: Piece[][] | null) => void>();
const known = new Map<string, Piece[][]>();

function start(): Worker | null {
  if (worker !== null || typeof Worker === "undefined") return worker;
  worker = new Worker(new URL("./highlight.worker.ts", import.meta.url), { type: "module" });
  worker.addEventListener("message", (event: MessageEvent<HighlightAnswer>) => {
    waiting.get(event.data.id)?.(event.data.lines);
    waiting.delete(event.data.id);
  });
  worker.addEventListener("error", () => {
    for (const done of waiting.values()) done(null);
    waiting.clear();
  });
  return worker;
}

const keyOf = (code: string, language: Language) => `${language}\n${code}`;

export function knownHighlight(code: string, language: Language): Piece[][] | null {
  return known.get(keyOf(code, language)) ?? null;
}

/** Null when the code stays plain. */
export function highlight(code: string, language: Language): Promise<Piece[][] | null> {
  const key = keyOf(code, language);
  const before = known.get(key);
  if (before !== undefined) return Promise.resolve(before);
  const target = code.length > LONGEST ? null : start();
  if (target === null) return Promise.resolve(null);
  last += 1;
  const id = last;
  return new Promise((resolve) => {
    waiting.set(id, (lines) => {
      if (lines !== null) {
        known.set(key, lines);
        const oldest = known.keys().next().value;
        if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
      }
      resolve(lines);
    });
    target.postMessage({ id, code, language } satisfies HighlightRequest);
  });
}
