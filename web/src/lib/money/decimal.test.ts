import { expect, it } from "vitest";
import { digitsFor, MICROS, PER_REQUEST, parseDecimal, parseWhole, toDecimal } from "./decimal.ts";

it("is exact where a float would not be", () => {
  expect(parseDecimal("0.1", MICROS, "en")).toBe(100_000);
  expect(parseDecimal("1.005", MICROS, "en")).toBe(1_005_000);
  expect(parseDecimal("4.35", MICROS, "en")).toBe(4_350_000);
  expect(parseDecimal("8589934592.000001", MICROS, "en")).toBe(8_589_934_592_000_001);
  expect(parseDecimal("0.000000000001", PER_REQUEST, "en")).toBe(1);
});

it("refuses what it cannot keep exactly", () => {
  for (const text of [
    "",
    ".",
    "-1",
    "1e3",
    "abc",
    "1.2.3",
    "0.0000001",
    "1,000,000",
    "9007199254.740993",
  ])
    expect(parseDecimal(text, MICROS, "en"), text).toBeNull();
  expect(parseDecimal("0.1000000000", MICROS, "en"), "zeros add nothing").toBe(100_000);
});

it("takes the mark of the language, and never guesses at a thousand", () => {
  expect(parseDecimal("1,25", MICROS, "id")).toBe(1_250_000);
  expect(parseDecimal("1.25", MICROS, "id")).toBe(1_250_000);
  expect(parseDecimal("1.000", MICROS, "id")).toBeNull();
  expect(parseDecimal("1,000", MICROS, "en")).toBeNull();
  expect(parseDecimal("0,125", MICROS, "en")).toBe(125_000);
  expect(parseDecimal("１．５", MICROS, "ja")).toBe(1_500_000);
  expect(parseDecimal("$ 3", MICROS, "en")).toBe(3_000_000);
});

it("writes what it reads", () => {
  for (const locale of ["en", "id", "ja"])
    for (const scale of [MICROS, PER_REQUEST])
      for (let value = 0; value < 2_000_000_000; value = value * 3 + 1)
        expect(parseDecimal(toDecimal(value, scale, locale), scale, locale)).toBe(value);
  expect(toDecimal(150_000, MICROS, "id")).toBe("0,15");
  expect(toDecimal(3_000_000, MICROS, "en")).toBe("3");
});

it("reads counts with and without grouping", () => {
  expect(parseWhole("1000000")).toBe(1_000_000);
  expect(parseWhole("1,000,000")).toBe(1_000_000);
  expect(parseWhole("1.000.000")).toBe(1_000_000);
  expect(parseWhole("1 000")).toBe(1_000);
  for (const text of ["", "1.5", "1,00", "1.000,000", "-3", "x", "99999999999999999999"])
    expect(parseWhole(text), text).toBeNull();
});

it("shows enough digits for a small sum", () => {
  expect([0, 12, 42_000, 1_000_000].map(digitsFor)).toEqual([2, 6, 4, 2]);
});
