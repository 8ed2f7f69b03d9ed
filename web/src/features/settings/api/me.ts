// Changes the reader's own account and tells the session about it.
import { api } from "@/lib/api/client.ts";
import { dataOf } from "@/lib/api/problem.ts";
import { setUser } from "@/lib/api/token.ts";
import type { Locale } from "@/lib/i18n/locale.ts";

export async function updateMe(body: { display_name?: string; locale?: Locale }): Promise<void> {
  setUser(await dataOf(api.PATCH("/api/v1/me", { body })));
}
