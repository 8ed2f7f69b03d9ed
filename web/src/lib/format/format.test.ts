import { expect, it } from "vitest";
import { deviceOf, isHandheld } from "./device.ts";
import { initialsOf } from "./initials.ts";

const CHROME =
  "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";
const EDGE =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0";
const IPHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1";

it.each([
  [CHROME, "Chrome", "Linux", false],
  [EDGE, "Edge", "Windows", false],
  [IPHONE, "Safari", "iPhone", true],
  ["curl/8.5.0", "curl", null, false],
  ["", null, null, false],
  [null, null, null, false],
])("reads %s", (agent, browser, system, handheld) => {
  expect(deviceOf(agent)).toEqual({ browser, system });
  expect(isHandheld(agent)).toBe(handheld);
});

it.each([
  ["Siti Rahma", "SR"],
  ["  budi ", "B"],
  ["山田 太郎", "山太"],
  ["👩‍💻", "👩"],
  ["", "?"],
])("shortens %s to %s", (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
});
