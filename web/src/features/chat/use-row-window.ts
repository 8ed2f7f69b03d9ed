// Keeps a long list light and its reader in place: rows near the view are in the document, the rest is empty room. What is
// read stays where it is when rows above grow or come in; at the end the view follows the end. A library for this weighs 9 kB.
import { type RefObject, useCallback, useLayoutEffect, useRef, useState } from "react";
import {
  type Place,
  RowHeights,
  type Shown,
  type Span,
  shownOf,
  spanFor,
  topOf,
} from "./row-window.ts";

/** Scrolling down to this close to the end follows it from then on. */
const END_PX = 24;
const AWAY_PX = 160;
const NEAR_TOP_ROWS = 4;

export interface RowWindow extends Shown {
  /** Far enough from the end that a way back is welcome. */
  away: boolean;
  /** The reader comes near the first row. */
  nearTop: boolean;
  toEnd: () => void;
  /** For each row's element while it is in the document. */
  measure: (key: string, element: HTMLElement) => () => void;
}

export function useRowWindow(
  keys: readonly string[],
  scroller: RefObject<HTMLElement | null>,
  paddingTop: number,
): RowWindow {
  const [heights] = useState(() => new RowHeights());
  const [span, setSpan] = useState<Span>({ from: null, to: null });
  const [away, setAway] = useState(false);
  const [nearTop, setNearTop] = useState(false);
  const place = useRef<Place>("end");
  const lastTop = useRef(0);
  const now = useRef(keys);
  now.current = keys;

  /** Puts the view where the reader is, and the rows there. */
  const settle = useCallback(() => {
    const element = scroller.current;
    if (element === null) return;
    const all = now.current;
    const wanted =
      place.current === "end"
        ? element.scrollHeight - element.clientHeight
        : paddingTop + topOf(all, place.current, element.clientHeight, heights);
    if (Math.abs(element.scrollTop - wanted) >= 1) element.scrollTop = wanted;
    lastTop.current = element.scrollTop;
    const view = topOf(all, place.current, element.clientHeight, heights);
    setSpan((before) => spanFor(all, before, view, element.clientHeight, heights));
    setNearTop(heights.at(all, view).index < NEAR_TOP_ROWS);
    setAway(element.scrollHeight - element.scrollTop - element.clientHeight > AWAY_PX);
  }, [scroller, heights, paddingTop]);

  const [observer] = useState(() => {
    if (typeof ResizeObserver === "undefined") return null;
    return new ResizeObserver((entries) => {
      for (const { target } of entries) {
        const key = target instanceof HTMLElement ? target.dataset.row : undefined;
        if (key !== undefined) heights.set(key, target.getBoundingClientRect().height);
      }
      settle();
    });
  });

  const measure = useCallback(
    (key: string, element: HTMLElement) => {
      element.dataset.row = key;
      heights.set(key, element.getBoundingClientRect().height);
      observer?.observe(element);
      return () => observer?.unobserve(element);
    },
    [heights, observer],
  );

  // biome-ignore lint/correctness/useExhaustiveDependencies: other rows lie elsewhere, so the view has to be put right
  useLayoutEffect(settle, [settle, keys, span]);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const look = () => {
      const from = lastTop.current;
      const to = element.scrollTop;
      lastTop.current = to;
      const gap = element.scrollHeight - to - element.clientHeight;
      if (place.current === "end") {
        // What was written meanwhile makes the end farther; only scrolling up leaves it, and that at once.
        if (gap <= 1) return;
        if (to >= from) {
          settle();
          return;
        }
      } else if (to === from) return;
      const { index, below } = heights.at(now.current, to - paddingTop);
      const key = now.current[index];
      const back = gap <= (to > from ? END_PX : 1);
      place.current = back || key === undefined ? "end" : { key, below };
      settle();
    };
    element.addEventListener("scroll", look, { passive: true });
    observer?.observe(element);
    // All rows and the room around them: whatever makes it higher, the end stays in sight.
    if (element.lastElementChild !== null) observer?.observe(element.lastElementChild);
    return () => {
      element.removeEventListener("scroll", look);
      observer?.disconnect();
    };
  }, [scroller, heights, observer, settle, paddingTop]);

  const toEnd = useCallback(() => {
    place.current = "end";
    settle();
  }, [settle]);

  return { ...shownOf(keys, span, heights), away, nearTop, toEnd, measure };
}
