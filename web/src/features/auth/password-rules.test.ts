import { expect, it } from "vitest";
import { looksLikeEmail } from "./email.ts";
import { isLongEnough, lengthOf } from "./password-rules.ts";

it("counts code points after NFKC, as the server does", () => {
  expect(lengthOf("😀😀")).toBe(2);
  expect(lengthOf("ﬁ")).toBe(2); // one ligature, two letters
  expect(lengthOf("e\u0301")).toBe(1);
});

it("needs fifteen", () => {
  expect(isLongEnough("fourteen chars")).toBe(false);
  expect(isLongEnough("fifteen  chars!")).toBe(true);
});

it("lets through whatever could be an address", () => {
  expect(looksLikeEmail(" name@example.com ")).toBe(true);
  expect(looksLikeEmail("名前@例え.jp")).toBe(true);
  expect(looksLikeEmail("name@localhost")).toBe(true);
  expect(looksLikeEmail("name")).toBe(false);
  expect(looksLikeEmail("a b@example.com")).toBe(false);
});
