// What the server asks of a new password, so that a reader sees it before sending. The server decides.
export const SHORTEST = 15;

/** Counts as the server does: code points after NFKC. */
export function lengthOf(password: string): number {
  return [...password.normalize("NFKC")].length;
}

export function isLongEnough(password: string): boolean {
  return lengthOf(password) >= SHORTEST;
}
