import { screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { renderApp } from "@/test/render-app.tsx";
import { answer, problem } from "@/test/server.ts";
import { AccountForm } from "./account-form.tsx";

async function show(token: string | null) {
  const onDone = vi.fn();
  const rendered = await renderApp(
    <AccountForm token={token} submitLabel="送信" onDone={onDone} />,
    "ja",
  );
  return { ...rendered, onDone };
}

it("shows the rule for passwords and ticks it off", async () => {
  const { user } = await show(null);
  const password = screen.getByLabelText("パスワード");
  await user.type(password, "短い");
  expect(screen.getByText("15 文字以上(現在 2 文字)")).toBeVisible();
  await user.clear(password);
  await user.type(password, "correct horse battery");
  expect(screen.getByText("達成")).toBeInTheDocument();
});

it("puts the server's faults at their fields", async () => {
  answer(
    "post",
    "/auth/register",
    problem(400, "request.invalid", "…", [
      { pointer: "/email", code: "taken", message: "このアドレスは使えません。" },
      { pointer: "/setup_token", code: "wrong", message: "トークンが違います。" },
    ]),
    400,
  );
  const { user, onDone } = await show("");
  await user.type(screen.getByLabelText("セットアップトークン"), "abc");
  await user.type(screen.getByLabelText("お名前"), "花子");
  await user.type(screen.getByLabelText("メールアドレス"), "a@example.com");
  await user.type(screen.getByLabelText("パスワード"), "correct horse battery");
  await user.click(screen.getByRole("button", { name: "送信" }));
  expect(await screen.findByText("このアドレスは使えません。")).toBeVisible();
  expect(screen.getByLabelText("セットアップトークン")).toHaveAccessibleDescription(
    /トークンが違います。/,
  );
  expect(screen.queryByRole("alert")).toBeNull();
  expect(onDone).not.toHaveBeenCalled();
});

it("sends the token only where it was asked for", async () => {
  const seen = answer(
    "post",
    "/auth/register",
    { user: { id: "u" }, access_token: "t", token_type: "Bearer", expires_in: 900 },
    201,
  );
  const { user, onDone } = await show(null);
  await user.type(screen.getByLabelText("お名前"), " 花子 ");
  await user.type(screen.getByLabelText("メールアドレス"), "a@example.com");
  await user.type(screen.getByLabelText("パスワード"), "correct horse battery");
  await user.click(screen.getByRole("button", { name: "送信" }));
  await vi.waitFor(() => expect(onDone).toHaveBeenCalledOnce());
  expect(seen).toEqual([
    { email: "a@example.com", password: "correct horse battery", display_name: "花子" },
  ]);
});
