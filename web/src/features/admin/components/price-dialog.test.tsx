import { screen, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import type { AdminModel } from "@/lib/api/types.ts";
import { renderApp } from "@/test/render-app.tsx";
import { answer } from "@/test/server.ts";
import { signIn } from "@/test/sign-in.ts";
import { PriceDialog } from "./price-dialog.tsx";

const model: AdminModel = {
  id: "groq/llama",
  provider: "groq",
  name: "Llama",
  kind: "model",
  enabled: true,
  capabilities: { continues: null, json: null, reasoning: null, tools: null, vision: null },
  price: {
    input: 590_000,
    cached_input: 590_000,
    cache_write: 590_000,
    output: 790_000,
    per_request: 0,
    source: "provider",
  },
};

beforeEach(signIn);

it("shows dollars and sends whole numbers, exactly", async () => {
  const close = vi.fn();
  const { user } = await renderApp(<PriceDialog model={model} onClose={close} />, "id");
  const dialog = within(screen.getByRole("dialog"));
  const input = dialog.getByLabelText("Masukan");
  expect(input).toHaveValue("0,59");
  await user.clear(input);
  await user.type(input, "1,000");
  await user.type(dialog.getByLabelText("Tiap permintaan"), "0,005");
  const sent = answer("put", "/admin/llm/prices", {
    id: "x",
    model: model.id,
    source: "operator",
    valid_from: "2026-11-21T00:00:00Z",
    price: null,
  });
  await user.click(dialog.getByRole("button", { name: "Simpan" }));
  await vi.waitFor(() => expect(close).toHaveBeenCalled());
  expect(sent).toEqual([
    { model: "groq/llama", input: 1_000_000, output: 790_000, per_request: 5_000_000_000 },
  ]);
});

it("refuses what could be read in two ways", async () => {
  const sent = answer("put", "/admin/llm/prices", {});
  const { user } = await renderApp(<PriceDialog model={model} onClose={() => {}} />);
  const dialog = within(screen.getByRole("dialog"));
  const input = dialog.getByLabelText("Input");
  await user.clear(input);
  await user.type(input, "1,000");
  await user.click(dialog.getByRole("button", { name: "Save" }));
  expect(input).toHaveAccessibleDescription(/such as 0\.15/);
  expect(sent).toEqual([]);
});
