// Whether a key still opens anything, and when a new one will end.
import type { ApiKey } from "@/lib/api/types.ts";

export type KeyState = "active" | "expired" | "revoked";

export function keyState(key: Pick<ApiKey, "revoked_at" | "expires_at">, now: Date): KeyState {
  if (key.revoked_at) return "revoked";
  if (key.expires_at && new Date(key.expires_at) <= now) return "expired";
  return "active";
}

export const EXPIRIES = ["30", "90", "365", "never", "date"] as const;

/** The instant that a choice means: so many days from now, or the end of a day where the reader is; undefined for never. */
export function expiryOf(choice: string, date: string, now: Date): string | undefined {
  if (choice === "never") return undefined;
  if (choice === "date") {
    const end = new Date(`${date}T23:59:59`);
    return Number.isNaN(end.getTime()) ? undefined : end.toISOString();
  }
  return new Date(now.getTime() + Number(choice) * 86_400_000).toISOString();
}
