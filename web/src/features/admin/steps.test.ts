import { expect, it } from "vitest";
import { moved, placeUnder } from "./steps.ts";

it("moves one and keeps the order of the others", () => {
  const list = ["a", "b", "c", "d"];
  expect(moved(list, 0, 2)).toEqual(["b", "c", "a", "d"]);
  expect(moved(list, 3, 0)).toEqual(["d", "a", "b", "c"]);
  expect(moved(list, 1, 1)).toEqual(list);
  expect(moved(list, 1, -1)).toEqual(["b", "a", "c", "d"]);
  expect(moved(list, 1, 9)).toEqual(["a", "c", "d", "b"]);
  expect(list).toEqual(["a", "b", "c", "d"]);
});

it("finds the place under the pointer", () => {
  const middles = [20, 60, 100];
  expect(placeUnder(middles, 0, 10)).toBe(0);
  expect(placeUnder(middles, 0, 70)).toBe(1);
  expect(placeUnder(middles, 0, 500)).toBe(2);
  expect(placeUnder(middles, 2, 50)).toBe(1);
  expect(placeUnder(middles, 2, -5)).toBe(0);
});
