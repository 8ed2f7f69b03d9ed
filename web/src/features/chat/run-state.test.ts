// Whatever the line does (repeat, reorder, lose, rewind), the page ends with the text that the server stored.
import { describe, expect, it } from "vitest";
import type { RunEvent } from "@/lib/api/events.ts";
import type { Message } from "@/lib/api/types.ts";
import { countPoints, skipPoints, takePoints } from "./code-points.ts";
import { type LiveRun, promised, step } from "./run-state.ts";
import { RunStore } from "./run-store.ts";

const ids = { run_id: "r", message_id: "m" };
const start = (attempt = 1): RunEvent => ({
  type: "run.started",
  ...ids,
  conversation_id: "c",
  attempt,
});
const delta = (at: number, text: string, attempt?: number): RunEvent => ({
  type: "run.delta",
  ...ids,
  start: at,
  text,
  ...(attempt === undefined ? {} : { attempt }),
});
const rewind = (attempt: number, keep: number): RunEvent => ({
  type: "run.rewound",
  ...ids,
  attempt,
  keep,
});
const snapshot = (attempt: number, text: string): RunEvent => ({
  type: "run.snapshot",
  ...ids,
  conversation_id: "c",
  attempt,
  text,
});
const stored = (text: string): Message => ({
  id: "m",
  conversation_id: "c",
  author: { type: "assistant" },
  content: [{ type: "text", text }],
  status: "complete",
  created_at: "2026-01-01T00:00:00.000Z",
});

function play(events: RunEvent[], from: LiveRun | null = null) {
  let run = from;
  const verdicts: string[] = [];
  for (const event of events) {
    const next = step(run, event);
    run = next.run;
    verdicts.push(next.verdict);
  }
  return { run, verdicts };
}

describe("code points", () => {
  it("counts what people call characters of Unicode, not UTF-16 units", () => {
    expect(countPoints("a😀é日本")).toBe(5);
    expect(takePoints("a😀bc", 2)).toBe("a😀");
    expect(skipPoints("a😀bc", 2)).toBe("bc");
    expect(skipPoints("ab", 9)).toBe("");
    expect(countPoints("\ud83d")).toBe(1);
  });
});

describe("step", () => {
  it("appends, and ignores what it has", () => {
    const { run, verdicts } = play([
      start(),
      delta(0, "Hel"),
      delta(3, "lo"),
      delta(3, "lo"),
      delta(0, "Hello"),
    ]);
    expect(run?.text).toBe("Hello");
    expect(verdicts.slice(3)).toEqual(["same", "same"]);
  });

  it("trims an overlap at code points", () => {
    expect(play([start(), delta(0, "a😀b"), delta(1, "😀b😺c")]).run?.text).toBe("a😀b😺c");
  });

  it("asks when something is missing and trusts the snapshot that follows", () => {
    const { run, verdicts } = play([
      start(),
      delta(0, "ab"),
      delta(5, "x"),
      delta(6, "y"),
      snapshot(1, "abcdexy"),
    ]);
    expect(verdicts).toEqual(["changed", "changed", "gap", "gap", "changed"]);
    expect(run?.text).toBe("abcdexy");
  });

  it("asks when the run is unknown", () => {
    expect(play([delta(0, "ab")]).verdicts).toEqual(["gap"]);
    expect(play([start(2)]).verdicts).toEqual(["gap"]);
  });

  it("cuts at a rewind and refuses what an older attempt still says", () => {
    const { run } = play([
      start(),
      delta(0, "a😀bcd", 1),
      rewind(2, 2),
      start(2),
      delta(5, "ZZ", 1),
      delta(2, "XY", 2),
    ]);
    expect(run?.text).toBe("a😀XY");
  });

  it("does not take text of an attempt whose rewind it missed", () => {
    expect(play([start(), delta(0, "abcdef"), start(2), delta(2, "cd")]).verdicts.at(-1)).toBe(
      "gap",
    );
    expect(play([start(), delta(0, "abcdef"), delta(2, "XX")]).verdicts.at(-1)).toBe("gap");
    expect(play([start(), delta(0, "abcdef"), rewind(3, 4)]).verdicts.at(-1)).toBe("gap");
  });

  it("does not go back to an older snapshot", () => {
    expect(play([start(), delta(0, "abc"), snapshot(1, "ab")]).run?.text).toBe("abc");
    expect(play([start(), delta(0, "abc"), rewind(2, 1), snapshot(1, "abcdef")]).run?.text).toBe(
      "a",
    );
  });

  it("ends with the stored message, whatever was heard, and stays there", () => {
    const end: RunEvent = { type: "run.succeeded", run_id: "r", message: stored("the truth") };
    const { run, verdicts } = play([
      start(),
      delta(0, "lies"),
      end,
      delta(4, "!"),
      snapshot(3, "no"),
    ]);
    expect(run?.message?.content[0]?.text).toBe("the truth");
    expect(verdicts.slice(3)).toEqual(["same", "same"]);
  });
});

/** A small seeded generator, so that a failing case can be run again. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

const ALPHABET = ["a", "b", " ", "\n", "é", "日", "😀", "👩‍💻", "🇮🇩", "`", "*"];

/** What one server says about one run: pieces, rewinds, and its text at every moment. */
function script(random: () => number) {
  const events: RunEvent[] = [start()];
  const texts = [""];
  let text = "";
  let attempt = 1;
  for (let moves = 5 + Math.floor(random() * 40); moves > 0; moves -= 1) {
    if (random() < 0.12) {
      attempt += 1;
      const keep = Math.floor(random() * (countPoints(text) + 1));
      text = takePoints(text, keep);
      events.push(rewind(attempt, keep), start(attempt));
      texts.push(text, text);
    } else {
      const piece = Array.from({ length: 1 + Math.floor(random() * 5) }, () => {
        return ALPHABET[Math.floor(random() * ALPHABET.length)] ?? "a";
      }).join("");
      events.push(delta(countPoints(text), piece, attempt));
      text += piece;
      texts.push(text);
    }
  }
  return { events, texts, text, attempt };
}

/** A line that loses, doubles and swaps; at every gap the server is asked and tells where it is. */
function listen(seed: number) {
  const random = seeded(seed);
  const { events, texts, text, attempt } = script(random);
  let run: LiveRun | null = null;
  let told = 0;
  const attemptAt = (index: number) =>
    events
      .slice(0, index + 1)
      .reduce(
        (most, one) => ("attempt" in one && one.attempt ? Math.max(most, one.attempt) : most),
        1,
      );
  const hear = (event: RunEvent) => {
    const next = step(run, event);
    run = next.run;
    if (next.verdict === "gap") run = step(run, snapshot(attemptAt(told), texts[told] ?? "")).run;
  };
  for (let index = 0; index < events.length; index += 1) {
    const event = events[index];
    if (event === undefined) continue;
    const luck = random();
    told = index;
    if (luck < 0.1) continue; // lost
    if (luck < 0.2) hear(events[Math.floor(random() * (index + 1))] ?? event); // an old one again
    if (luck > 0.9 && index + 1 < events.length) {
      const later = events[index + 1];
      told = index + 1;
      if (later !== undefined) hear(later);
    }
    hear(event);
    if (luck > 0.4 && luck < 0.5) hear(event); // doubled
  }
  return { run: run as LiveRun | null, text, attempt };
}

describe("any line", () => {
  it("leads to the server's text after the last snapshot, and to the stored text at the end", () => {
    for (let seed = 1; seed <= 1500; seed += 1) {
      const { run, text, attempt } = listen(seed);
      // While it runs, the page never shows text that the server has not said in this order.
      const healed = step(run, snapshot(attempt, text)).run;
      expect(healed?.text, `seed ${seed}`).toBe(text);
      expect(healed?.length, `seed ${seed}`).toBe(countPoints(text));
      const end = step(healed ?? null, {
        type: "run.succeeded",
        run_id: "r",
        message: stored(text),
      }).run;
      expect(end?.message?.content[0]?.text).toBe(text);
    }
  });

  it("needs no help on a line that only repeats", () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = seeded(seed);
      const { events, text } = script(random);
      let run: LiveRun | null = null;
      events.forEach((event, index) => {
        const next = step(run, event);
        expect(next.verdict, `seed ${seed}`).not.toBe("gap");
        run = next.run;
        const again = events[Math.floor(random() * (index + 1))];
        if (again !== undefined) {
          const repeated = step(run, again);
          expect(repeated.run?.text).toBe((run as LiveRun | null)?.text);
        }
      });
      expect((run as LiveRun | null)?.text, `seed ${seed}`).toBe(text);
    }
  });
});

describe("RunStore", () => {
  it("shows once per frame, ends at once, and brings a joining tab into step", () => {
    const frames: (() => void)[] = [];
    const store = new RunStore({ schedule: (flush) => frames.push(flush) });
    let told = 0;
    store.subscribe("m", () => {
      told += 1;
    });
    store.apply(start());
    store.apply(delta(0, "Hi "));
    store.apply(delta(3, "there"));
    expect(store.get("m")).toBeNull();
    expect(frames).toHaveLength(1);
    frames[0]?.();
    expect(store.get("m")?.text).toBe("Hi there");
    expect(told).toBe(1);

    const other = new RunStore({ schedule: (flush) => flush() });
    for (const event of store.recall()) other.apply(event as RunEvent);
    other.apply(delta(8, "!"));
    expect(other.get("m")?.text).toBe("Hi there!");

    store.apply({
      type: "run.cancelled",
      run_id: "r",
      message: { ...stored("Hi there"), status: "cancelled" },
    });
    expect(store.get("m")?.message?.status).toBe("cancelled");
    expect(store.active()).toHaveLength(0);
    expect(store.recall()).toHaveLength(0);
  });
});

describe("an answer that waits in the queue", () => {
  const waiting: Message = { ...stored(""), content: [], status: "streaming", run_id: "r" };

  it("is at work before it begins, and begins as if it had not been known", () => {
    const promise = promised(waiting);
    if (promise === null) throw new Error("nothing was promised");
    const { run, verdicts } = play([promise, start(), delta(0, "Hello"), promise]);
    expect(verdicts).toEqual(["changed", "changed", "changed", "same"]);
    expect(run).toMatchObject({ text: "Hello", attempt: 1, conversationId: "c", broken: false });
    const store = new RunStore({ schedule: (flush) => flush() });
    store.apply(promise);
    expect(store.isAnswering("c")).toBe(true);
    store.apply({ type: "run.cancelled", ...ids, message: stored("") });
    store.apply(promise);
    expect(store.isAnswering("c")).toBe(false);
  });

  it("is nothing once it is stored", () => {
    expect(promised(stored("done"))).toBeNull();
  });
});
