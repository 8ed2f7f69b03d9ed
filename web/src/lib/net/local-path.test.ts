import { expect, it } from "vitest";
import { localPath } from "./local-path.ts";

it.each([
  ["/c/1?x=2#y", "/c/1?x=2#y"],
  ["/settings/profile", "/settings/profile"],
])("keeps %s", (given, expected) => {
  expect(localPath(given)).toBe(expected);
});

it.each([
  "//evil.example",
  "/\\evil.example",
  "https://evil.example/",
  "javascript:alert(1)",
  "/\t/evil.example",
  "evil",
  "",
  "/login?to=/login",
  "/setup",
  undefined,
  7,
])("sends %s to the start page", (given) => {
  expect(localPath(given)).toBe("/");
});
