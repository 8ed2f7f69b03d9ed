// One refresh serves all who need it; a request is repeated once; problems speak the reader's language.
import { HttpResponse, http } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { answer, problem, server } from "@/test/server.ts";
import { api } from "./client.ts";
import { ApiProblem, dataOf, problemFrom } from "./problem.ts";
import { clearSession, getSession, setSession } from "./token.ts";

const signed = {
  user: {
    id: "u1",
    email: "a@b.c",
    display_name: "A",
    role: "member" as const,
    created_at: "2026-01-01T00:00:00.000Z",
  },
  access_token: "old",
  token_type: "Bearer",
  expires_in: 900,
  refresh_expires_in: 900,
};
const conversation = (title: string) => ({
  id: "c1",
  kind: "chat",
  title,
  archived: false,
  version: 1,
});

beforeEach(() => {
  clearSession();
  setSession(signed);
  document.documentElement.lang = "id";
});

const read = () =>
  dataOf(api.GET("/api/v1/conversations/{id}", { params: { path: { id: "c1" } } }));

describe("api", () => {
  it("renews the token once for many requests and repeats each, body and all", async () => {
    let refreshes = 0;
    const bodies: unknown[] = [];
    server.use(
      http.post("*/api/v1/auth/refresh", () => {
        refreshes += 1;
        return HttpResponse.json({ ...signed, access_token: "new" });
      }),
      http.patch("*/api/v1/conversations/c1", async ({ request }) => {
        if (request.headers.get("Authorization") !== "Bearer new")
          return HttpResponse.json(problem(401, "auth.token_expired", "x"), { status: 401 });
        bodies.push(await request.json());
        return HttpResponse.json(conversation("b"));
      }),
    );
    const change = () =>
      dataOf(
        api.PATCH("/api/v1/conversations/{id}", {
          params: { path: { id: "c1" }, header: { "If-Match": '"v1"' } },
          body: { title: "b" },
        }),
      );
    const all = await Promise.all([change(), change(), change()]);
    expect(all.map((one) => one.title)).toEqual(["b", "b", "b"]);
    expect(refreshes).toBe(1);
    expect(bodies).toEqual([{ title: "b" }, { title: "b" }, { title: "b" }]);
  });

  it("asks in the language of the page and hands on the problem", async () => {
    let language: string | null = null;
    server.use(
      http.get("*/api/v1/conversations/c1", ({ request }) => {
        language = request.headers.get("Accept-Language");
        return HttpResponse.json(problem(404, "conversation.not_found", "Tidak ada"), {
          status: 404,
        });
      }),
    );
    const failure = await read().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ApiProblem);
    expect((failure as ApiProblem).code).toBe("conversation.not_found");
    expect(language).toBe("id");
  });

  it("ends the session when the refresh is refused, and only then", async () => {
    answer("get", "/conversations/c1", problem(401, "auth.token_expired", "x"), 401);
    server.use(http.post("*/api/v1/auth/refresh", () => HttpResponse.error()));
    await expect(read()).rejects.toMatchObject({ status: 401 });
    expect(getSession().status).toBe("signed-in");
    answer("post", "/auth/refresh", problem(401, "auth.session_ended", "x"), 401);
    await expect(read()).rejects.toMatchObject({ status: 401 });
    expect(getSession()).toMatchObject({ status: "signed-out", reason: "auth.session_ended" });
  });

  it("tells a cut line from a refusal", async () => {
    server.use(http.get("*/api/v1/conversations/c1", () => HttpResponse.error()));
    const failure = problemFrom(await read().catch((error: unknown) => error));
    expect(failure.isNetwork).toBe(true);
    expect(problemFrom(new Error("secret")).problem.detail).toBe("");
  });
});
