// Somebody is signed in, so that requests go out without a refresh before them.
import { clearSession, setSession } from "@/lib/api/token.ts";

export function signIn(): void {
  clearSession();
  setSession({
    user: {
      id: "u1",
      email: "a@b.c",
      display_name: "A",
      role: "admin",
      created_at: "2026-11-01T00:00:00.000Z",
    },
    access_token: "token",
    token_type: "Bearer",
    expires_in: 900,
    refresh_expires_in: 900,
  });
}
