// Who is signed in, as React sees it.
import { useSyncExternalStore } from "react";
import { getSession, type SessionState, subscribe } from "@/lib/api/token.ts";
import type { User } from "@/lib/api/types.ts";

export function useSession(): SessionState {
  return useSyncExternalStore(subscribe, getSession);
}

export function useUser(): User | null {
  return useSession().user;
}
