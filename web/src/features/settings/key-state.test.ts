import { expect, it } from "vitest";
import { expiryOf, keyState } from "./key-state.ts";

const now = new Date("2026-11-21T10:00:00Z");

it("tells what has ended, and how", () => {
  expect(keyState({ revoked_at: null, expires_at: null }, now)).toBe("active");
  expect(keyState({ revoked_at: null, expires_at: "2026-11-21T10:00:00Z" }, now)).toBe("expired");
  expect(keyState({ revoked_at: "2026-11-01T00:00:00Z", expires_at: null }, now)).toBe("revoked");
});

it("counts days from now, and takes a date to its end", () => {
  expect(expiryOf("30", "", now)).toBe("2026-12-21T10:00:00.000Z");
  expect(expiryOf("never", "2027-01-01", now)).toBeUndefined();
  expect(new Date(expiryOf("date", "2027-01-01", now) ?? "").getHours()).toBe(23);
  expect(expiryOf("date", "nonsense", now)).toBeUndefined();
});
