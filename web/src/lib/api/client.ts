// The typed client. Every request carries the bearer token and the reader's language; a 401 gets one refresh and one retry.
import { createClient } from "./create-client.ts";
import type { paths } from "./schema.d.ts";
import { getAccessToken, getSession, refresh } from "./token.ts";

const REQUEST_LIMIT_MS = 30_000;

/** Routes that decide about the session themselves. */
function decidesSession(url: string): boolean {
  const path = new URL(url).pathname;
  return /^\/api\/v1\/auth\/(login|register|refresh)$/.test(path) || path === "/api/v1/setup";
}

function dressed(request: Request, limitMs: number): Request {
  const headers = new Headers(request.headers);
  const token = getAccessToken();
  if (token !== null) headers.set("Authorization", `Bearer ${token}`);
  const language = typeof document === "undefined" ? "" : document.documentElement.lang;
  if (language !== "") headers.set("Accept-Language", language);
  return new Request(request, {
    headers,
    signal: AbortSignal.any([request.signal, AbortSignal.timeout(limitMs)]),
  });
}

/** `fetch` with the manners above. */
export async function authorizedFetch(
  request: Request,
  limitMs = REQUEST_LIMIT_MS,
): Promise<Response> {
  if (decidesSession(request.url)) return fetch(dressed(request, limitMs));
  if (getAccessToken() === null && getSession().status !== "signed-out") {
    // Asked before the first refresh, or after the token ran out: one refresh saves a sure 401.
    if ((await refresh()) === "unreachable")
      throw new TypeError("the session could not be renewed");
  }
  const again = request.clone();
  const used = getAccessToken();
  const response = await fetch(dressed(request, limitMs));
  if (response.status !== 401 || used === null) return response;
  // Somebody else may have renewed it while this request was under way.
  const renewed = getAccessToken() !== used && getAccessToken() !== null ? "ok" : await refresh();
  return renewed === "ok" ? fetch(dressed(again, limitMs)) : response;
}

const origin = typeof location === "undefined" ? "http://localhost" : location.origin;

export const api = createClient<paths>({
  baseUrl: origin,
  fetch: (request) => authorizedFetch(request),
});
