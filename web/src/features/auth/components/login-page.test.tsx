import { screen } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, it, vi } from "vitest";
import { clearSession, getSession } from "@/lib/api/token.ts";
import { renderApp } from "@/test/render-app.tsx";
import { answer, problem, server } from "@/test/server.ts";
import { LoginPage } from "./login-page.tsx";

const user = {
  id: "u1",
  email: "siti@example.com",
  display_name: "Siti",
  role: "member",
  locale: null,
  created_at: "2026-11-01T00:00:00.000Z",
};
const signed = { user, access_token: "token", token_type: "Bearer", expires_in: 900 };

beforeEach(() => clearSession());

async function show(
  props: Partial<Parameters<typeof LoginPage>[0]> = {},
  locale: "en" | "id" = "en",
) {
  const onDone = vi.fn();
  const rendered = await renderApp(
    <LoginPage reason={undefined} registrationOpen to={undefined} onDone={onDone} {...props} />,
    locale,
  );
  return { ...rendered, onDone };
}

it("logs in and keeps the session", async () => {
  const seen = answer("post", "/auth/login", signed);
  const { user: person, onDone } = await show();
  await person.type(screen.getByLabelText("E-mail"), " siti@example.com ");
  await person.type(screen.getByLabelText("Password"), "correct horse battery");
  await person.click(screen.getByRole("button", { name: "Log in" }));
  await vi.waitFor(() => expect(onDone).toHaveBeenCalledOnce());
  expect(seen).toEqual([{ email: "siti@example.com", password: "correct horse battery" }]);
  expect(getSession()).toMatchObject({ status: "signed-in", user: { id: "u1" } });
});

it("asks for what is missing before it bothers the server", async () => {
  const seen = answer("post", "/auth/login", signed);
  const { user: person } = await show({}, "id");
  await person.click(screen.getByRole("button", { name: "Masuk" }));
  expect(await screen.findByText(/Masukkan alamat surel/)).toBeVisible();
  expect(screen.getByText("Mohon diisi.")).toBeVisible();
  expect(screen.getByLabelText("Surel")).toHaveFocus();
  expect(screen.getByLabelText("Surel")).toBeInvalid();
  expect(seen).toEqual([]);
});

it("says the server's refusal and lets the password be retyped", async () => {
  answer("post", "/auth/login", problem(401, "auth.invalid_credentials", "Wrong."), 401);
  const { user: person, onDone } = await show();
  await person.type(screen.getByLabelText("E-mail"), "siti@example.com");
  await person.type(screen.getByLabelText("Password"), "wrong");
  await person.click(screen.getByRole("button", { name: "Log in" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Wrong.");
  expect(screen.getByLabelText("Password")).toHaveFocus();
  expect(onDone).not.toHaveBeenCalled();
});

it("says what to do when the server is away", async () => {
  server.use(http.post("*/api/v1/auth/login", () => HttpResponse.error()));
  const { user: person } = await show();
  await person.type(screen.getByLabelText("E-mail"), "siti@example.com");
  await person.type(screen.getByLabelText("Password"), "whatever");
  await person.click(screen.getByRole("button", { name: "Log in" }));
  expect(await screen.findByRole("alert")).toHaveTextContent(/connection/);
});

it("tells why one has to log in again, and who makes accounts", async () => {
  await show({ reason: "expired", registrationOpen: false });
  expect(screen.getByText(/Your session has ended/)).toBeVisible();
  expect(screen.queryByRole("link", { name: "Create one" })).toBeNull();
  expect(screen.getByText(/administrator of this server/)).toBeVisible();
});
