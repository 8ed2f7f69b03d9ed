// Makes an account (with the setup token: the first administrator) and opens its session.
import { api } from "@/lib/api/client.ts";
import { dataOf } from "@/lib/api/problem.ts";
import { setSession } from "@/lib/api/token.ts";

export interface Registration {
  email: string;
  password: string;
  display_name: string;
  setup_token?: string;
}

export async function register(body: Registration): Promise<void> {
  setSession(await dataOf(api.POST("/api/v1/auth/register", { body })));
}
