// Lengths and cuts in Unicode code points: the unit of every offset that the server sends.

export function countPoints(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    // A high surrogate and the low one behind it are one code point.
    if (unit >= 0xd800 && unit <= 0xdbff) {
      const next = text.charCodeAt(at + 1);
      if (next >= 0xdc00 && next <= 0xdfff) at += 1;
    }
    count += 1;
  }
  return count;
}

/** Where code point number `points` begins, in UTF-16 units; the end of the text when it is shorter. */
export function unitOf(text: string, points: number): number {
  let at = 0;
  for (let left = points; left > 0 && at < text.length; left -= 1) {
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  }
  return at;
}

export function takePoints(text: string, points: number): string {
  return text.slice(0, unitOf(text, points));
}

export function skipPoints(text: string, points: number): string {
  return text.slice(unitOf(text, points));
}
