// The calls of a typed client, with openapi-fetch's types and none of its code: the pages use a tenth of what it can.
import type { Client } from "openapi-fetch";

interface Wish {
  params?: {
    path?: Record<string, string | number>;
    query?: Record<string, string | number | boolean | undefined>;
    header?: Record<string, string | undefined>;
  };
  body?: unknown;
  signal?: AbortSignal;
}

export interface ClientOptions {
  baseUrl: string;
  fetch: (request: Request) => Promise<Response>;
}

export function createClient<Paths extends {}>(
  options: ClientOptions,
): Pick<Client<Paths>, "GET" | "POST" | "PUT" | "PATCH" | "DELETE"> {
  const call =
    (method: string) =>
    async (path: string, wish: Wish = {}) => {
      const response = await options.fetch(requestOf(options.baseUrl, method, path, wish));
      const text = response.status === 204 ? "" : await response.text();
      return response.ok ? { data: parsed(text), response } : { error: parsed(text), response };
    };
  return {
    GET: call("GET"),
    POST: call("POST"),
    PUT: call("PUT"),
    PATCH: call("PATCH"),
    DELETE: call("DELETE"),
  } as unknown as Client<Paths>;
}

function requestOf(base: string, method: string, path: string, wish: Wish): Request {
  const { path: names = {}, query = {}, header = {} } = wish.params ?? {};
  const url = new URL(
    path.replace(/\{(\w+)\}/g, (all, name: string) =>
      name in names ? encodeURIComponent(String(names[name])) : all,
    ),
    base,
  );
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, String(value));
  const headers = new Headers({ Accept: "application/json" });
  for (const [name, value] of Object.entries(header))
    if (value !== undefined) headers.set(name, value);
  if (wish.body !== undefined) headers.set("Content-Type", "application/json");
  return new Request(url, {
    method,
    credentials: "same-origin",
    headers,
    ...(wish.body === undefined ? {} : { body: JSON.stringify(wish.body) }),
    ...(wish.signal ? { signal: wish.signal } : {}),
  });
}

/** Whoever stands between may answer with a page of their own; that is a text then. */
function parsed(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
