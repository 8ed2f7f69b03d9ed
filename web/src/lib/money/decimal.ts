// Money is a whole number everywhere; only what a person reads and types has a point. Both ways are exact: no float is involved.

/** Micro-units in one dollar, as a power of ten. */
export const MICROS = 6;
/** A price of one request is kept per million requests, as the prices of tokens are. */
export const PER_REQUEST = 12;

/** What a person typed as a whole number of units of 10^-scale; null when it is no number, negative, or too fine to be kept. */
export function parseDecimal(text: string, scale: number, locale: string): number | null {
  const plain = text
    .normalize("NFKC")
    .replace(/^\s*(US\$|USD|\$)/i, "")
    .replace(/\s+/g, "");
  const parts = /^(\d*)(?:([.,])(\d*))?$/.exec(plain);
  if (parts === null) return null;
  const [, whole = "", mark, fraction = ""] = parts;
  if (whole === "" && fraction === "") return null;
  // `1,000` is a thousand to one reader and one to another: where the mark is not this language's own, it must be clear.
  if (mark !== undefined && mark !== decimalMark(locale) && /^[1-9]\d{0,2}$/.test(whole))
    if (fraction.length === 3) return null;
  const kept = fraction.replace(/0+$/, "");
  if (kept.length > scale) return null;
  const value = Number(BigInt(`${whole}${kept.padEnd(scale, "0")}`));
  return Number.isSafeInteger(value) ? value : null;
}

/** As it is typed: no grouping, no needless zeros. */
export function toDecimal(value: number, scale: number, locale: string): string {
  const digits = String(value).padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, "");
  return fraction === "" ? whole : `${whole}${decimalMark(locale)}${fraction}`;
}

function decimalMark(locale: string): "." | "," {
  return locale === "id" ? "," : ".";
}

/** A whole number as people type it, with or without their grouping; null when it is none. */
export function parseWhole(text: string): number | null {
  const plain = text.normalize("NFKC").replace(/[\s_]/g, "");
  const grouped = /^\d{1,3}(?:([.,])\d{3}(?:\1\d{3})*)?$/.test(plain);
  if (!grouped && !/^\d+$/.test(plain)) return null;
  const value = Number(plain.replace(/[.,]/g, ""));
  return Number.isSafeInteger(value) ? value : null;
}

/** How many digits behind the point a sum of money needs to be seen at all. */
export function digitsFor(micros: number): number {
  const size = Math.abs(micros);
  if (size === 0 || size >= 1_000_000) return 2;
  if (size >= 10_000) return 4;
  return 6;
}
