import { screen, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import type { LlmRoute } from "@/lib/api/types.ts";
import { renderApp } from "@/test/render-app.tsx";
import { answer, problem } from "@/test/server.ts";
import { signIn } from "@/test/sign-in.ts";
import { RouteDialog } from "./route-dialog.tsx";

const route: LlmRoute = {
  id: "r1",
  name: "careful",
  enabled: true,
  version: 1,
  created_at: "2026-11-01T00:00:00Z",
  updated_at: "2026-11-01T00:00:00Z",
  steps: [
    { model: "a/one", may_continue: false },
    { model: "b/two", may_continue: true },
    { model: "c/three", may_continue: true },
  ],
};
const first = { ETag: '"v1"' };

beforeEach(() => {
  signIn();
  answer("get", "/admin/llm/models", { items: [] });
});

function models(): string[] {
  return screen
    .getAllByRole("button", { name: /^Move .*, \d of \d$/ })
    .map((one) => /Move (\S+),/.exec(one.getAttribute("aria-label") ?? "")?.[1] ?? "");
}

it("reorders by arrow keys and buttons, says so, keeps the focus, and sends the order", async () => {
  answer("get", "/admin/llm/routes/r1", route, 200, first);
  const close = vi.fn();
  const { user } = await renderApp(<RouteDialog route={route} onClose={close} />);
  const handle = await screen.findByRole("button", { name: "Move a/one, 1 of 3" });
  handle.focus();
  await user.keyboard("{ArrowDown}");
  expect(models()).toEqual(["b/two", "a/one", "c/three"]);
  expect(screen.getByText("a/one is now 2 of 3.")).toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Move a/one, 2 of 3" })).toHaveFocus();
  await user.keyboard("{End}");
  expect(models()).toEqual(["b/two", "c/three", "a/one"]);
  await user.click(screen.getByRole("button", { name: "Move c/three up" }));
  expect(models()).toEqual(["c/three", "b/two", "a/one"]);
  // The button up cannot go further: the focus goes to the handle beside it.
  expect(screen.getByRole("button", { name: "Move c/three, 1 of 3" })).toHaveFocus();
  await user.click(screen.getByRole("button", { name: "Remove b/two" }));
  const sent = answer("patch", "/admin/llm/routes/r1", route);
  await user.click(screen.getByRole("button", { name: "Save" }));
  await vi.waitFor(() => expect(close).toHaveBeenCalled());
  expect(sent).toEqual([
    {
      name: "careful",
      steps: [
        { model: "c/three", may_continue: true },
        { model: "a/one", may_continue: false },
      ],
    },
  ]);
});

it("asks to begin anew when somebody else was faster", async () => {
  answer("get", "/admin/llm/routes/r1", route, 200, first);
  const { user } = await renderApp(<RouteDialog route={route} onClose={() => {}} />);
  await screen.findByRole("button", { name: "Move a/one, 1 of 3" });
  answer("patch", "/admin/llm/routes/r1", problem(412, "llm.stale", "Old."), 412);
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText(/Somebody else changed this route/)).toBeVisible();
  const newer = { ...route, steps: [{ model: "d/four", may_continue: true }] };
  answer("get", "/admin/llm/routes/r1", newer, 200, { ETag: '"v2"' });
  await user.click(screen.getByRole("button", { name: "Load the newer version" }));
  expect(await screen.findByRole("button", { name: "Move d/four, 1 of 1" })).toBeVisible();
  expect(screen.queryByText(/Somebody else changed this route/)).toBeNull();
});

it("makes a route of typed models, none of them twice", async () => {
  const close = vi.fn();
  const { user } = await renderApp(<RouteDialog route={null} onClose={close} />, "ja");
  const dialog = within(screen.getByRole("dialog"));
  await user.type(dialog.getByLabelText("名前"), "careful");
  await user.click(dialog.getByRole("button", { name: "保存" }));
  const input = dialog.getByLabelText("モデルを追加");
  expect(input).toHaveFocus();
  expect(input).toHaveAccessibleDescription(/少なくとも1つのモデル/);
  await user.type(input, "a/one{Enter}a/one{Enter}");
  expect(dialog.getByText("このモデルはすでに含まれています。")).toBeVisible();
  const sent = answer("post", "/admin/llm/routes", route, 201);
  await user.click(dialog.getByRole("button", { name: "保存" }));
  await vi.waitFor(() => expect(close).toHaveBeenCalled());
  expect(sent).toEqual([
    { name: "careful", steps: [{ model: "a/one", may_continue: true }], enabled: true },
  ]);
});
