// Streaming in small steps ends in the same blocks as one pass, and finished blocks stay the same objects.
import { describe, expect, it } from "vitest";
import { type Block, mended, NOTHING, parseBlocks } from "./blocks.ts";

const SAMPLE = `# Title

A paragraph with **bold**, \`code\` and a [link](https://example.com).
Second line
- a list right behind it
- second

  with a paragraph inside

- third

1. one
2. two

\`\`\`ts
const a = 1;

const b = "\`\`";
\`\`\`

| a | b |
| - | -: |
| 1 | 2 |

> quote
> more

a | b
- | -
1 | 2

Setext
------

<div>raw</div>

<!-- a comment

with a blank line -->

日本語の段落。😀 絵文字。

- [ ] todo
- [x] done

***

    indented code

last`;

function stream(text: string, size: number) {
  let parsed = NOTHING;
  for (let at = size; at < text.length + size; at += size)
    parsed = parseBlocks(text.slice(0, at), parsed);
  return parsed;
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

const PIECES = [
  "- a\n",
  "1. b\n",
  "\n",
  "\n\n",
  "text ",
  "**b** ",
  "```\n",
  "| x | y |\n",
  "| - | - |\n",
  "> q\n",
  "    in\n",
  "  ",
  "# h\n",
  "---\n",
  "<div>\n",
  "</div>\n",
  "[a](b) ",
  "`c` ",
  "😀",
  "===\n",
  "* * *\n",
  "- [ ] t\n",
  "~~~\n",
  "<!--",
  "-->",
  "\t",
  "\\",
  "[r]: http://x\n",
  "[r] ",
];

/** Without white space inside tokens: the lexer keeps some of it by what follows, and no reader sees the difference. */
function seen(blocks: readonly Block[]) {
  return blocks.map((one) => [
    one.start,
    one.raw,
    JSON.stringify(one.token).replace(/(\\n|\\t|\s)+/g, ""),
  ]);
}

describe("parseBlocks", () => {
  it.each([1, 2, 3, 7])("gives the same blocks in steps of %i as at once", (size) => {
    expect(stream(SAMPLE, size).blocks).toEqual(parseBlocks(SAMPLE).blocks);
  });

  it("does so for any text", () => {
    for (let seed = 1; seed <= 600; seed += 1) {
      const random = seeded(seed);
      const text = Array.from(
        { length: 30 },
        () => PIECES[Math.floor(random() * PIECES.length)] ?? "",
      ).join("");
      expect(seen(stream(text, 3).blocks), JSON.stringify(text)).toEqual(
        seen(parseBlocks(text).blocks),
      );
    }
  });

  it("keeps finished blocks as the same objects", () => {
    const before = parseBlocks("# a\n\nb\n\nc\n\nd\n\ne");
    const after = parseBlocks("# a\n\nb\n\nc\n\nd\n\ne and more", before);
    expect(after.blocks[0]).toBe(before.blocks[0]);
    expect(after.blocks[2]).toBe(before.blocks[2]);
    expect(after.blocks.at(-3)).toBe(before.blocks.at(-3));
  });

  it("adds up to the text", () => {
    expect(
      parseBlocks(SAMPLE)
        .blocks.map((one) => one.raw)
        .join(""),
    ).toBe(SAMPLE);
  });
});

describe("mended", () => {
  it("closes what is half written at the end only", () => {
    const blocks = mended(parseBlocks("first **bold\n\nthen **half"));
    expect(blocks[0]?.raw).toBe("first **bold");
    expect(blocks.at(-1)?.raw).toBe("then **half**");
  });

  it("shows a half-written link as its text", () => {
    expect(
      JSON.stringify(mended(parseBlocks("see [the docs](https://exa")).at(-1)?.token),
    ).not.toContain("streamdown");
  });
});
