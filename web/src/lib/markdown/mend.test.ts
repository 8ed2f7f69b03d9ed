// What a reader sees of a sentence that is still being written.
import { Lexer } from "marked";
import { expect, it } from "vitest";
import { mend } from "./mend.ts";

it.each([
  ["plain", "plain"],
  ["a **bold", "a **bold**"],
  ["a **bold ", "a **bold**"],
  ["a **bold*", "a **bold**"],
  ["a **bold**", "a **bold**"],
  ["a **", "a "],
  ["a *b", "a *b*"],
  ["***both", "***both***"],
  ["~~gone", "~~gone~~"],
  ["_x", "_x_"],
  ["snake_case_na", "snake_case_na"],
  ["2 * 3 ~ 4", "2 * 3 ~ 4"],
  ["a `co", "a `co`"],
  ["a `", "a "],
  ["``a ` b", "``a ` b``"],
  ["`a*b` and **c `d", "`a*b` and **c `d`**"],
  ["see [the do", "see the do"],
  ["see [the docs](https://exa", "see the docs"],
  ["see [**bold** docs](https://exa", "see **bold** docs"],
  ["see [a](https://e.org/x_y_z) and _b", "see [a](https://e.org/x_y_z) and _b_"],
  ["![picture](https://exa", ""],
  ["- [ ] task **do", "- [ ] task **do**"],
  ["x < y and <b", "x < y and "],
  ["done **a\n- next *b", "done **a\n- next *b*"],
  ["| a **b | c **d", "| a **b | c **d**"],
  ["line\n-", "line"],
  ["line\n--", "line"],
  ["line\n---", "line\n---"],
  ["\\*not", "\\*not"],
])("%j becomes %j", (half, whole) => {
  expect(mend(half)).toBe(whole);
});

it("leaves a whole sentence as it is and never shows signs of a half one", () => {
  const text =
    "Take **two _fine_ words** and `code *x*`, then [a **link**](https://example.org/a_b).";
  expect(mend(text)).toBe(text);
  for (let end = 1; end <= text.length; end += 1) {
    const seen = JSON.stringify(Lexer.lex(mend(text.slice(0, end))));
    const texts = [...seen.matchAll(/"type":"text","raw":"([^"]*)"/g)].map((one) => one[1]);
    expect(texts.join("|"), text.slice(0, end)).not.toMatch(/[*_`[\]]/);
  }
});

it("takes any text without end", () => {
  const pieces = ["*", "**", "_", "`", "[", "](", ")", "!", "<", "a", " ", "\n", "\\", "|", "~~"];
  let state = 7;
  for (let round = 0; round < 3_000; round += 1) {
    let text = "";
    for (let count = 0; count < 12; count += 1) {
      state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
      text += pieces[Math.floor((state / 4_294_967_296) * pieces.length)] ?? "";
    }
    expect(typeof mend(text)).toBe("string");
  }
});
