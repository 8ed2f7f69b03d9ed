import { expect, it } from "vitest";
import { placeMenu } from "./menu-place.ts";

const screen = { width: 400, height: 800 };
const menu = { width: 200, height: 300 };
const at = (left: number, top: number) => ({ left, right: left + 40, top, bottom: top + 40 });

it("stands below its button, in line with its end", () => {
  expect(placeMenu(at(300, 100), menu, screen, "bottom", "end")).toMatchObject({
    left: 140,
    top: 146,
  });
});

it("goes to the other side when there is no room", () => {
  expect(placeMenu(at(300, 700), menu, screen, "bottom", "end").top).toBe(394);
  expect(placeMenu(at(300, 20), menu, screen, "top", "end").top).toBe(66);
});

it("takes the roomier side and scrolls when neither has room", () => {
  const place = placeMenu(at(10, 500), { width: 200, height: 900 }, screen, "bottom", "start");
  expect(place).toEqual({ left: 10, top: 8, maxHeight: 486 });
});

it("never leaves the screen sideways", () => {
  expect(placeMenu(at(350, 100), menu, screen, "bottom", "start").left).toBe(192);
  expect(placeMenu(at(0, 100), menu, screen, "bottom", "end").left).toBe(8);
});
