import { expect, it } from "vitest";
import { matches } from "./model-filter.ts";

const model = { id: "openrouter/meta/llama-3.3-70b", name: "Llama 3.3", provider: "openrouter" };

it("finds by every word, anywhere, whatever the case", () => {
  expect(matches(model, "", "")).toBe(true);
  expect(matches(model, "LLAMA 70b", "")).toBe(true);
  expect(matches(model, "llama 8b", "")).toBe(false);
  expect(matches(model, "llama", "groq")).toBe(false);
  expect(matches(model, " llama ", "openrouter")).toBe(true);
});
