// Changes that name the version they mean.
import { ApiProblem } from "@/lib/api/problem.ts";

export interface Tagged {
  "If-Match": string;
}

export function etagOf(response: Response): string {
  return response.headers.get("ETag") ?? "*";
}

export function isStale(cause: unknown): boolean {
  return cause instanceof ApiProblem && (cause.status === 412 || cause.status === 428);
}

/**
 * For changes that are right whatever the rest of the thing says: a switch, a deletion. Reads the version right before, and
 * once more when somebody was faster.
 */
export async function withEtag<T>(
  read: () => Promise<{ response: Response }>,
  change: (header: Tagged) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const { response } = await read();
    try {
      return await change({ "If-Match": etagOf(response) });
    } catch (cause) {
      if (!isStale(cause) || tries >= 3) throw cause;
    }
  }
}
