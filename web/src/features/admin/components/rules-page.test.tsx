import { screen, within } from "@testing-library/react";
import { beforeEach, expect, it } from "vitest";
import { renderApp } from "@/test/render-app.tsx";
import { answer } from "@/test/server.ts";
import { signIn } from "@/test/sign-in.ts";
import { RulesPage } from "./rules-page.tsx";

const rule = {
  id: "r1",
  pattern: "heron",
  action: "block",
  direction: "both",
  enabled: true,
  created_at: "2026-11-01T00:00:00Z",
};
const hit = {
  id: "h1",
  rule_id: "r1",
  pattern: "heron",
  at: "2026-11-02T00:00:00Z",
  direction: "in",
  user: { id: "u1", display_name: "Wati" },
  run_id: null,
};

beforeEach(signIn);

it("adds a rule and is ready for the next one", async () => {
  answer("get", "/admin/llm/rules", { items: [] });
  answer("get", "/admin/llm/rule-hits", { items: [], next_cursor: null });
  const { user } = await renderApp(<RulesPage />);
  const form = within(await screen.findByRole("form", { name: "Add a rule" }));
  await user.type(form.getByLabelText("Words"), " heron ");
  await user.selectOptions(form.getByLabelText("What happens"), "Report");
  const sent = answer("post", "/admin/llm/rules", rule, 201);
  answer("get", "/admin/llm/rules", { items: [rule] });
  await user.click(form.getByRole("button", { name: "Add a rule" }));
  expect(await screen.findByRole("switch", { name: "Rule “heron” is on" })).toBeChecked();
  expect(sent).toEqual([{ pattern: "heron", action: "flag", direction: "both" }]);
  expect(form.getByLabelText("Words")).toHaveValue("");
  expect(form.getByLabelText("Words")).toHaveFocus();
});

it("shows the text of a hit only after saying that this is recorded", async () => {
  answer("get", "/admin/llm/rules", { items: [rule] });
  answer("get", "/admin/llm/rule-hits", { items: [hit], next_cursor: null });
  const seen = answer("post", "/admin/llm/rule-hits/h1/reveal", { text: "all about the heron" });
  const { user } = await renderApp(<RulesPage />);
  await user.click(await screen.findByRole("button", { name: "Reveal text" }));
  const question = within(screen.getByRole("alertdialog"));
  expect(question.getByText(/is recorded, with your name/)).toBeVisible();
  expect(question.getByRole("button", { name: "Cancel" })).toHaveFocus();
  expect(seen).toEqual([]);
  await user.click(question.getByRole("button", { name: "Reveal and record" }));
  expect(await screen.findByText("all about the heron")).toBeVisible();
});
