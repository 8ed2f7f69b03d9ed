import { screen, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { renderApp } from "@/test/render-app.tsx";
import { answer, problem } from "@/test/server.ts";
import { signIn } from "@/test/sign-in.ts";
import { LimitDialog } from "./limit-dialog.tsx";

const USER = "0190c0de-0000-7000-8000-000000000001";

beforeEach(signIn);

it("sends tokens and dollars as whole numbers, and null where nothing is limited", async () => {
  const close = vi.fn();
  const { user } = await renderApp(<LimitDialog limit={null} onClose={close} />);
  const dialog = within(screen.getByRole("dialog"));
  await user.selectOptions(dialog.getByLabelText("For"), "Each person");
  await user.type(dialog.getByLabelText("Tokens per day"), "1,000,000");
  await user.type(dialog.getByLabelText("US dollars per month"), "2.50");
  const sent = answer("put", "/admin/llm/limits", {});
  await user.click(dialog.getByRole("button", { name: "Save" }));
  await vi.waitFor(() => expect(close).toHaveBeenCalled());
  expect(sent).toEqual([
    {
      scope: "user",
      subject: null,
      requests_per_minute: null,
      tokens_per_day: 1_000_000,
      cost_per_month_micros: 2_500_000,
    },
  ]);
});

it("is about one person when that is chosen", async () => {
  answer("get", "/admin/llm/usage", { items: [], total: {}, next_cursor: null });
  const { user } = await renderApp(<LimitDialog limit={null} onClose={() => {}} />);
  const dialog = within(screen.getByRole("dialog"));
  await user.selectOptions(dialog.getByLabelText("For"), "One person");
  await user.click(dialog.getByRole("button", { name: "Save" }));
  expect(dialog.getByLabelText("Who or which (id)")).toHaveFocus();
  await user.type(dialog.getByLabelText("Who or which (id)"), USER);
  const empty = { pointer: "", code: "llm.limit_empty", message: "Limit at least one thing." };
  const sent = answer(
    "put",
    "/admin/llm/limits",
    problem(422, "request.invalid", "x", [empty]),
    422,
  );
  await user.click(dialog.getByRole("button", { name: "Save" }));
  expect(await dialog.findByRole("alert")).toHaveTextContent("Limit at least one thing.");
  expect(sent[0]).toMatchObject({ scope: "user", subject: USER });
});
