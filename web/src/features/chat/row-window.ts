// Which rows of a long list are in the document, and where each of them lies. Arithmetic only: use-row-window.ts has the DOM.

/** Where the reader is: at the end, or so many pixels below the top of a row. */
export type Place = "end" | { key: string; below: number };

/** The rows in the document, by key: indices move when older rows come in. Up to the very end without `to`. */
export interface Span {
  from: string | null;
  to: string | null;
}

/** Rows from `first` up to but without `last`, and the room that the others would take. */
export interface Shown {
  first: number;
  last: number;
  before: number;
  after: number;
}

/** What a row takes until it was in the document once. */
const GUESS = 140;
/** As many as fill any screen, before anything is known about it. */
const AT_FIRST = 12;
/** So far beyond the view rows have to be there… */
const NEAR = 500;
/** …and so far they are put there when some are missing, so that not every turn of the wheel renders. */
const FAR = 1_000;

/** How high rows are and, from that, where they lie. Remembers the sums: a turn of the wheel asks for many of them. */
export class RowHeights {
  readonly #known = new Map<string, number>();
  #keys: readonly string[] = [];
  #index = new Map<string, number>();
  /** Where each row begins; the end of the last one is last. Empty: to be summed up anew. */
  #tops: number[] = [];

  set(key: string, height: number): void {
    if (height <= 0 || this.#known.get(key) === height) return;
    this.#known.set(key, height);
    this.#tops = [];
  }

  sum(keys: readonly string[], from = 0, to = keys.length): number {
    const tops = this.#of(keys);
    return to <= from ? 0 : (tops[to] ?? 0) - (tops[from] ?? 0);
  }

  /** The row at this height, and how far below its top that is. */
  at(keys: readonly string[], y: number): { index: number; below: number } {
    const tops = this.#of(keys);
    let index = 0;
    let beyond = keys.length;
    while (beyond - index > 1) {
      const middle = (index + beyond) >> 1;
      if ((tops[middle] ?? 0) <= y) index = middle;
      else beyond = middle;
    }
    return { index, below: y - (tops[index] ?? 0) };
  }

  /** -1 when there is no such row. */
  indexOf(keys: readonly string[], key: string | null): number {
    this.#of(keys);
    return key === null ? -1 : (this.#index.get(key) ?? -1);
  }

  #of(keys: readonly string[]): readonly number[] {
    if (keys !== this.#keys) {
      this.#keys = keys;
      this.#index = new Map(keys.map((key, index) => [key, index]));
      this.#tops = [];
    }
    if (this.#tops.length === 0) {
      let top = 0;
      this.#tops = keys.map((key) => {
        top += this.#known.get(key) ?? GUESS;
        return top;
      });
      this.#tops.unshift(0);
    }
    return this.#tops;
  }
}

export function shownOf(keys: readonly string[], span: Span, heights: RowHeights): Shown {
  const from = heights.indexOf(keys, span.from);
  const first = from === -1 ? Math.max(0, keys.length - AT_FIRST) : from;
  const to = heights.indexOf(keys, span.to);
  const last = to < first ? keys.length : to + 1;
  return { first, last, before: heights.sum(keys, 0, first), after: heights.sum(keys, last) };
}

/** The top of the view, measured from the top of the first row. */
export function topOf(
  keys: readonly string[],
  place: Place,
  height: number,
  heights: RowHeights,
): number {
  const index = place === "end" ? -1 : heights.indexOf(keys, place.key);
  if (place === "end" || index === -1) return heights.sum(keys) - height;
  return heights.sum(keys, 0, index) + place.below;
}

/** The rows that a view from `top` on needs; the very same span when it suffices. */
export function spanFor(
  keys: readonly string[],
  span: Span,
  top: number,
  height: number,
  heights: RowHeights,
): Span {
  const first = heights.at(keys, top - NEAR).index;
  const last = heights.at(keys, top + height + NEAR).index;
  const shown = shownOf(keys, span, heights);
  const known = heights.indexOf(keys, span.from) !== -1;
  // More than needed is let go, too, once it is three screens' worth.
  const spare = heights.sum(keys, shown.first, first) + heights.sum(keys, last + 1, shown.last);
  if (known && shown.first <= first && last < shown.last && spare < 3 * FAR) return span;
  const end = heights.at(keys, top + height + FAR).index;
  return {
    from: keys[heights.at(keys, top - FAR).index] ?? null,
    to: end >= keys.length - 1 ? null : (keys[end] ?? null),
  };
}
