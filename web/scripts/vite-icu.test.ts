// The catalog checker itself, and the catalogs that are in the tree.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { faultsOf, flatten, LOCALES, namesIn } from "./vite-icu.ts";

const dir = join(import.meta.dirname, "../messages");
const catalogs = Object.fromEntries(
  LOCALES.map((locale) => [locale, JSON.parse(readFileSync(join(dir, `${locale}.json`), "utf8"))]),
);

describe("the checker", () => {
  it("finds a missing key, an unknown key, an empty text, another argument and broken ICU", () => {
    const faults = faultsOf({
      en: { a: "A", b: "B {name}", c: "C", d: "D" },
      id: { b: "B {nama}", c: " ", d: "{broken", e: "E" },
    });
    expect(faults).toHaveLength(5);
    expect(faults.join("\n")).toMatch(/a is missing/);
    expect(faults.join("\n")).toMatch(/e is not in en/);
    expect(faults.join("\n")).toMatch(/c is empty/);
    expect(faults.join("\n")).toMatch(/b names \[nama\], en names \[name\]/);
    expect(faults.join("\n")).toMatch(/d is not valid ICU/);
  });

  it("sees arguments of plurals and tags", () => {
    expect(namesIn("{count, plural, one {# x} other {# xs}} <link>{ name }</link>")).toBe(
      "<link> count name",
    );
  });
});

describe("the catalogs", () => {
  it("agree with each other", () => {
    expect(faultsOf(catalogs)).toEqual([]);
  });

  it("are really translated", () => {
    const english = flatten(catalogs.en);
    for (const locale of ["id", "ja"]) {
      const same = [...flatten(catalogs[locale])].filter(
        ([key, text]) => english.get(key) === text,
      );
      // A few words are the same in two languages; more means that somebody copied.
      expect(same.length, `${locale}: ${same.map(([key]) => key).join(" ")}`).toBeLessThan(
        english.size * 0.08,
      );
    }
  });
});
