// The steps of a route and how they change places.

/** The same list with one entry at another place; places beyond the ends mean the ends. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const next = [...list];
  const taken = next.splice(from, 1);
  next.splice(Math.max(0, Math.min(to, next.length)), 0, ...taken);
  return next;
}

/** Where a dragged entry lands: the place of the row whose middle the pointer has passed. */
export function placeUnder(middles: readonly number[], from: number, y: number): number {
  let place = 0;
  for (const [index, middle] of middles.entries()) if (index !== from && y > middle) place += 1;
  return place;
}
