// Opens a session with e-mail and password; the refresh token travels in a cookie only.
import { api } from "@/lib/api/client.ts";
import { dataOf } from "@/lib/api/problem.ts";
import { setSession } from "@/lib/api/token.ts";

export async function login(body: { email: string; password: string }): Promise<void> {
  setSession(await dataOf(api.POST("/api/v1/auth/login", { body })));
}
