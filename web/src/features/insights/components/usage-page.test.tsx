import { screen, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { renderApp } from "@/test/render-app.tsx";
import { answer, problem } from "@/test/server.ts";
import { signIn } from "@/test/sign-in.ts";
import { UsagePage } from "./usage-page.tsx";

const sum = {
  calls: 4,
  failed: 1,
  input_tokens: 1200,
  cached_tokens: 0,
  output_tokens: 300,
  reasoning_tokens: 0,
  cost_micros: 2_500_000,
  estimated_calls: 1,
};
const today = new Date().toISOString().slice(0, 10);

beforeEach(signIn);

it("shows sums, a chart with its table, and narrows by what is chosen", async () => {
  const items = [{ ...sum, key: "groq/llama", name: null }];
  answer("get", "/admin/llm/usage", { items, total: sum, next_cursor: null });
  const onSearch = vi.fn();
  const search = { range: "7d", by: "model", user: "u1" } as const;
  const { user } = await renderApp(<UsagePage search={search} onSearch={onSearch} />);
  expect((await screen.findAllByText("$2.50")).length).toBeGreaterThan(0);
  expect(screen.getByText("25% failed")).toBeVisible();
  expect(screen.getByText("1 call estimated")).toBeVisible();
  const table = within(await screen.findByRole("table", { name: "Usage · Model" }));
  expect(table.getByText("4 (1 failed)")).toBeVisible();
  await user.click(table.getByRole("button", { name: "groq/llama" }));
  expect(onSearch).toHaveBeenLastCalledWith({ ...search, model: "groq/llama", by: "user" });
  await user.click(screen.getByRole("button", { name: /Person: u1\. Remove/ }));
  expect(onSearch).toHaveBeenLastCalledWith({ range: "7d", by: "model" });
  await user.selectOptions(screen.getByLabelText("Time"), "From … until …");
  expect(onSearch).toHaveBeenLastCalledWith(
    expect.objectContaining({ range: "custom", until: today }),
  );
});

it("says the chart in words", async () => {
  const items = [{ ...sum, key: today, name: null }];
  answer("get", "/admin/llm/usage", { items, total: sum, next_cursor: null });
  await renderApp(<UsagePage search={{ range: "7d" }} onSearch={() => {}} />);
  expect(
    await screen.findByRole("img", { name: /Cost, 7 bars\. The highest: \$2\.50/ }),
  ).toBeVisible();
});

it("says that nothing was used instead of drawing it, and of which days", async () => {
  const none = { ...sum, calls: 0, cost_micros: 0, input_tokens: 0, output_tokens: 0 };
  answer("get", "/admin/llm/usage", { items: [], total: none, next_cursor: null });
  const search = { range: "custom", from: "2024-02-01", until: "2024-02-29" } as const;
  await renderApp(<UsagePage search={search} onSearch={() => {}} />);
  expect(await screen.findByText("Cost: nothing in this time.")).toBeVisible();
  expect(screen.queryByRole("img", { name: /Cost/ })).not.toBeInTheDocument();
  expect(screen.getByRole("heading", { name: /Feb 1\s*–\s*29, 2024/ })).toBeVisible();
});

it("says why there is no CSV", async () => {
  answer("get", "/admin/llm/usage", { items: [], total: { ...sum, calls: 0 }, next_cursor: null });
  answer("get", "/admin/llm/usage.csv", problem(503, "db.unavailable", "Busy."), 503);
  const { user } = await renderApp(<UsagePage search={{}} onSearch={() => {}} />);
  await user.click(await screen.findByRole("button", { name: "Download CSV" }));
  expect(await screen.findByText("Busy.")).toBeVisible();
});
