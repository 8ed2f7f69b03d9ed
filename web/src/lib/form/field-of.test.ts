import { expect, it } from "vitest";
import { fieldOf } from "./field-of.ts";

it.each([
  ["/email", "email"],
  ["email", "email"],
  ["/content/0/text", "content.0.text"],
  ["/a~1b~0c", "a/b~c"],
])("reads %s", (pointer, name) => {
  expect(fieldOf(pointer)).toBe(name);
});
