import { expect, it } from "vitest";
import { spanOf, usageSearch } from "./range.ts";

const now = new Date("2026-03-01T01:30:00Z");

it("takes whole days of UTC, today included", () => {
  expect(spanOf({ range: "today" }, now)).toEqual({
    from: "2026-03-01T00:00:00.000Z",
    until: "2026-03-02T00:00:00.000Z",
    days: ["2026-03-01"],
  });
  const week = spanOf({ range: "7d" }, now);
  expect(week?.days).toHaveLength(7);
  expect(week?.days[0]).toBe("2026-02-23");
  expect(spanOf({}, now)?.days).toHaveLength(30);
});

it("knows months, also over the turn of a year", () => {
  expect(spanOf({ range: "last-month" }, now)?.days).toHaveLength(28);
  const january = new Date("2026-01-15T00:00:00Z");
  expect(spanOf({ range: "last-month" }, january)?.from).toBe("2025-12-01T00:00:00.000Z");
  expect(spanOf({ range: "month" }, january)?.days).toHaveLength(15);
});

it("refuses a span that ends before it begins, or never ends", () => {
  const custom = (from: string, until: string) => spanOf({ range: "custom", from, until }, now);
  expect(custom("2026-02-01", "2026-02-01")?.days).toEqual(["2026-02-01"]);
  expect(custom("2026-02-02", "2026-02-01")).toBeNull();
  expect(custom("2020-01-01", "2026-02-01")).toBeNull();
});

it("keeps only what means something", () => {
  expect(usageSearch({ range: "7d", by: "model", user: "u1", junk: "x" })).toEqual({
    range: "7d",
    by: "model",
    user: "u1",
  });
  expect(usageSearch({ range: "custom", from: "2026-02-31", until: "2026-03-01" })).toEqual({});
  expect(usageSearch({ range: "ever", by: 3, model: "" })).toEqual({});
});
