// A long list with a known layout: which rows are there, and that the reader's place survives what changes above.
import { expect, it } from "vitest";
import { RowHeights, type Span, shownOf, spanFor, topOf } from "./row-window.ts";

const VIEW = 800;
const named = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => `row ${from + index}`);

function measured(keys: readonly string[], height: (index: number) => number): RowHeights {
  const heights = new RowHeights();
  for (const [index, key] of keys.entries()) heights.set(key, height(index));
  return heights;
}

it("begins with the last rows, before anything is measured", () => {
  const keys = named(0, 10_000);
  const shown = shownOf(keys, { from: null, to: null }, new RowHeights());
  expect([shown.first, shown.last]).toEqual([9_988, 10_000]);
  expect(shown.after).toBe(0);
});

it("covers every view of ten thousand rows with few of them", () => {
  const keys = named(0, 10_000);
  const heights = measured(keys, (index) => 40 + ((index * 37) % 300));
  const total = heights.sum(keys);
  let span: Span = { from: null, to: null };
  for (let top = total - VIEW; top > 0; top -= 1_313) {
    span = spanFor(keys, span, top, VIEW, heights);
    const { first, last, before, after } = shownOf(keys, span, heights);
    expect(before).toBeLessThanOrEqual(top);
    expect(total - after).toBeGreaterThanOrEqual(top + VIEW);
    expect(last - first).toBeLessThan(60);
    expect(before + heights.sum(keys, first, last) + after).toBe(total);
  }
});

it("does not change for a small step", () => {
  const keys = named(0, 500);
  const heights = measured(keys, () => 100);
  const span = spanFor(keys, { from: null, to: null }, 20_000, VIEW, heights);
  expect(spanFor(keys, span, 20_100, VIEW, heights)).toBe(span);
  expect(spanFor(keys, span, 22_000, VIEW, heights)).not.toBe(span);
});

it("keeps the place when older rows come in and when rows above turn out higher", () => {
  const keys = named(100, 200);
  const heights = measured(keys, () => 100);
  const place = { key: "row 150", below: 30 };
  expect(topOf(keys, place, VIEW, heights)).toBe(5_030);
  const more = [...named(0, 100), ...keys];
  expect(topOf(more, place, VIEW, heights)).toBe(100 * 140 + 5_030);
  heights.set("row 120", 450);
  expect(topOf(keys, place, VIEW, heights)).toBe(5_380);
});

it("goes to the end when the place is gone, as it is on another branch", () => {
  const keys = named(0, 50);
  const heights = measured(keys, () => 100);
  expect(topOf(keys, { key: "elsewhere", below: 0 }, VIEW, heights)).toBe(5_000 - VIEW);
  const span = spanFor(keys, { from: "elsewhere", to: "elsewhere" }, 5_000 - VIEW, VIEW, heights);
  expect(shownOf(keys, span, heights).last).toBe(50);
});

it("takes rows that are appended as long as it reaches the end", () => {
  const keys = named(0, 50);
  const heights = measured(keys, () => 100);
  const span = spanFor(keys, { from: null, to: null }, 5_000 - VIEW, VIEW, heights);
  expect(span.to).toBeNull();
  expect(shownOf([...keys, "new"], span, heights).last).toBe(51);
});
