// Who is signed in. The access token lives in memory only; the refresh token is an HttpOnly cookie that no script sees.
import type { Signed, User } from "./types.ts";

export interface SessionState {
  /** `unknown` until the first refresh has answered. */
  status: "unknown" | "signed-in" | "signed-out";
  user: User | null;
  /** Why the last session ended, when it did not end by the reader's wish. */
  reason?: string;
}

/** `unreachable` is not a sign-out: the session may well live, only the server could not be asked. */
export type Refreshed = "ok" | "signed-out" | "unreachable";

const LOCK = "obrol.refresh";
const CHANNEL = "obrol.session";
const REFRESH_LIMIT_MS = 15_000;
/** A token this close to its end is not worth sending. */
const MARGIN_MS = 5_000;

let token: { value: string; expiresAt: number } | null = null;
let state: SessionState = { status: "unknown", user: null };
let underway: Promise<Refreshed> | null = null;
/** Rises with every sign-in and sign-out, so that an answer to an older question cannot overwrite a newer truth. */
let epoch = 0;
const listeners = new Set<() => void>();

type Told = { kind: "signed-out"; reason?: string } | { kind: "signed-in"; user: string };

const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel(CHANNEL);
channel?.addEventListener("message", (event: MessageEvent<Told>) => {
  const told = event.data;
  if (told.kind === "signed-out") {
    if (state.status === "signed-in") forget(told.reason);
  } else if (state.user === null || state.user.id !== told.user) {
    // Another tab signed in, perhaps as another person: the cookie is theirs now, so this tab follows.
    token = null;
    void refresh();
  }
});

function change(next: SessionState): void {
  state = next;
  for (const listener of listeners) listener();
}

function forget(reason?: string): void {
  epoch += 1;
  token = null;
  change({ status: "signed-out", user: null, ...(reason === undefined ? {} : { reason }) });
}

function keep(signed: Signed): void {
  const before = state.user;
  epoch += 1;
  token = { value: signed.access_token, expiresAt: Date.now() + signed.expires_in * 1000 };
  change({ status: "signed-in", user: signed.user });
  if (before?.id !== signed.user.id) tell({ kind: "signed-in", user: signed.user.id });
}

function tell(told: Told): void {
  channel?.postMessage(told);
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

/** The same object until something changes, as `useSyncExternalStore` wants it. */
export function getSession(): SessionState {
  return state;
}

/** The token to send, or null when there is none that is still good. */
export function getAccessToken(): string | null {
  return token !== null && token.expiresAt - MARGIN_MS > Date.now() ? token.value : null;
}

/** After a login or registration. */
export function setSession(signed: Signed): void {
  keep(signed);
}

/** After PATCH /me. */
export function setUser(user: User): void {
  if (state.status === "signed-in") change({ ...state, user });
}

/** Signs this tab and every other tab out; the caller has told the server or been told by it. */
export function clearSession(reason?: string): void {
  const told = state.status !== "signed-out";
  forget(reason);
  if (told) tell({ kind: "signed-out", ...(reason === undefined ? {} : { reason }) });
}

/** Gets a new access token. All who ask at the same time share one request; tabs take turns. */
export function refresh(): Promise<Refreshed> {
  underway ??= locked(exchange).finally(() => {
    underway = null;
  });
  return underway;
}

function locked(work: () => Promise<Refreshed>): Promise<Refreshed> {
  // Without the lock two tabs are still safe: the server accepts a predecessor for a short while.
  if (typeof navigator === "undefined" || !("locks" in navigator)) return work();
  return navigator.locks.request(LOCK, work);
}

async function exchange(): Promise<Refreshed> {
  const asked = epoch;
  let response: Response;
  try {
    response = await fetch(new URL("/api/v1/auth/refresh", location.origin), {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: "{}",
      cache: "no-store",
      signal: AbortSignal.timeout(REFRESH_LIMIT_MS),
    });
  } catch {
    return "unreachable";
  }
  if (asked !== epoch) return getAccessToken() === null ? "signed-out" : "ok";
  if (response.ok) {
    try {
      keep((await response.json()) as Signed);
      return "ok";
    } catch {
      return "unreachable";
    }
  }
  if (response.status === 401 || response.status === 403) {
    const code = await codeOf(response);
    const had = state.status === "signed-in";
    forget(had ? (code ?? "auth.expired") : undefined);
    return "signed-out";
  }
  return "unreachable";
}

async function codeOf(response: Response): Promise<string | undefined> {
  try {
    const body = (await response.json()) as { code?: unknown };
    return typeof body.code === "string" ? body.code : undefined;
  } catch {
    return undefined;
  }
}
