// Decides at the door of a route who is signed in and where everybody else goes.
import type { QueryClient } from "@tanstack/react-query";
import { redirect } from "@tanstack/react-router";
import { setupQuery } from "@/features/auth/api/setup.ts";
import { problemFrom } from "@/lib/api/problem.ts";
import { getSession, refresh, type SessionState } from "@/lib/api/token.ts";
import { localPath } from "@/lib/net/local-path.ts";

/** Asks the server once per page load; afterwards the answer is known. */
async function knownSession(): Promise<SessionState> {
  if (getSession().status === "unknown" && (await refresh()) === "unreachable") {
    // Not a sign-out: the reader sees that the server is away, and we try again.
    throw problemFrom(new TypeError("unreachable"));
  }
  return getSession();
}

/** For pages of signed-in people. */
export async function requireSession(client: QueryClient, wanted: string): Promise<void> {
  const session = await knownSession();
  if (session.status === "signed-in") return;
  const setup = await client.ensureQueryData(setupQuery);
  if (setup.needs_admin) throw redirect({ to: "/setup", replace: true });
  const to = localPath(wanted);
  throw redirect({
    to: "/login",
    search: {
      ...(to === "/" ? {} : { to }),
      ...(session.reason === undefined ? {} : { reason: "expired" as const }),
    },
    replace: true,
  });
}

/** For the sign-in pages: whoever is signed in already goes on, and a new server is set up first. */
export async function requireVisitor(
  client: QueryClient,
  page: "login" | "register" | "setup",
  to: string | undefined,
): Promise<void> {
  const session = await knownSession();
  if (session.status === "signed-in") throw redirect({ href: localPath(to), replace: true });
  const setup = await client.ensureQueryData(setupQuery);
  if (setup.needs_admin !== (page === "setup")) {
    throw redirect({ to: setup.needs_admin ? "/setup" : "/login", replace: true });
  }
}
