// Ends this session, or every session of this person.
import { api } from "@/lib/api/client.ts";
import { dataOf } from "@/lib/api/problem.ts";
import { clearSession } from "@/lib/api/token.ts";

/** Throws when the server could not be told: the cookie would then still open the session. */
export async function logout(): Promise<void> {
  await dataOf(api.POST("/api/v1/auth/logout"));
  clearSession();
}
