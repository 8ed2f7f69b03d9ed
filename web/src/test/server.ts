// The API as unit tests see it: msw answers what a test says, and refuses everything else loudly.
import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";

export const server = setupServer();

const BASE = "*/api/v1";

type Method = "get" | "post" | "put" | "patch" | "delete";

/** Answers one route with JSON, or with a problem when the status says so. Returns what was sent to it. */
export function answer(
  method: Method,
  path: string,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): unknown[] {
  const seen: unknown[] = [];
  server.use(
    http[method](BASE + path, async ({ request }) => {
      const text = await request.text();
      seen.push(text === "" ? null : JSON.parse(text));
      if (status === 204) return new HttpResponse(null, { status });
      const type = status >= 400 ? "application/problem+json" : "application/json";
      return HttpResponse.json(body as Record<string, unknown>, {
        status,
        headers: { "content-type": type, ...headers },
      });
    }),
  );
  return seen;
}

export interface Fault {
  pointer: string;
  code: string;
  message: string;
}

export function problem(status: number, code: string, detail: string, errors: Fault[] = []) {
  return {
    type: `urn:obrol:problem:${code}`,
    title: detail,
    status,
    detail,
    instance: "urn:obrol:request:test",
    code,
    request_id: "request-1",
    errors,
  };
}
