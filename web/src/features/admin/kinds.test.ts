import { expect, it } from "vitest";
import { givenHeaders, headersOf, linesOf } from "./kinds.ts";

it("reads lists and headers as they are typed", () => {
  expect(linesOf(" a \n\nb\na\n")).toEqual(["a", "b"]);
  expect(headersOf("X-Team: blue\nReferer:https://a.example/x:1")).toEqual({
    "X-Team": "blue",
    Referer: "https://a.example/x:1",
  });
  expect(headersOf("")).toEqual({});
  expect(headersOf("no colon")).toBeNull();
  expect(headersOf("X-Gone:")).toEqual({ "X-Gone": null });
  expect(givenHeaders({ A: "1", B: null })).toEqual({ A: "1" });
});
