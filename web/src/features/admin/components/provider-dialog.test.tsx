import { screen, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import type { Provider } from "@/lib/api/types.ts";
import { renderApp } from "@/test/render-app.tsx";
import { answer, problem } from "@/test/server.ts";
import { signIn } from "@/test/sign-in.ts";
import { ProviderDialog } from "./provider-dialog.tsx";

const provider: Provider = {
  id: "p1",
  name: "groq",
  kind: "groq",
  base_url: "https://api.groq.com/openai/v1",
  headers: ["X-Team"],
  private_network: false,
  models: [],
  enabled: true,
  origin: "database",
  version: 3,
  credentials: [],
};

beforeEach(signIn);

it("suggests what is usual for a kind, and keeps what somebody typed", async () => {
  const { user } = await renderApp(<ProviderDialog provider={null} onClose={() => {}} />);
  const dialog = within(screen.getByRole("dialog"));
  expect(dialog.getByLabelText("Base address")).toHaveValue("https://api.openai.com/v1");
  await user.selectOptions(dialog.getByLabelText("Kind"), "Ollama");
  expect(dialog.getByLabelText("Base address")).toHaveValue("http://localhost:11434");
  expect(dialog.getByLabelText("Name")).toHaveValue("ollama");
  expect(dialog.getByRole("switch")).toBeChecked();
  await user.clear(dialog.getByLabelText("Name"));
  await user.type(dialog.getByLabelText("Name"), "mine");
  await user.selectOptions(dialog.getByLabelText("Kind"), "Groq");
  expect(dialog.getByLabelText("Name")).toHaveValue("mine");
  expect(dialog.getByRole("switch")).not.toBeChecked();
});

it("says that nothing was saved when the provider does not answer, and why", async () => {
  const close = vi.fn();
  const { user } = await renderApp(<ProviderDialog provider={null} onClose={close} />);
  const dialog = within(screen.getByRole("dialog"));
  const secret = dialog.getByLabelText("API key of the provider");
  expect(secret).toHaveAttribute("type", "password");
  await user.click(dialog.getByRole("button", { name: "Try out and connect" }));
  expect(secret).toHaveFocus();
  await user.type(secret, "sk-1");
  answer("post", "/admin/llm/providers", problem(422, "llm.probe_failed", "It refused."), 422);
  await user.click(dialog.getByRole("button", { name: "Try out and connect" }));
  expect(await dialog.findByRole("alert")).toHaveTextContent(/Nothing was saved.*It refused\./);
  expect(close).not.toHaveBeenCalled();
  const sent = answer(
    "post",
    "/admin/llm/providers",
    { provider, probe: { models: 2, took_ms: 80 } },
    201,
  );
  await user.click(dialog.getByRole("button", { name: "Try out and connect" }));
  await vi.waitFor(() => expect(close).toHaveBeenCalled());
  expect(screen.getByText("openai answers: 2 models in 80 ms.")).toBeVisible();
  expect(sent[0]).toMatchObject({
    kind: "openai",
    private_network: false,
    credentials: [{ secret: "sk-1", weight: 1 }],
  });
});

it("puts a fault of the key at its field", async () => {
  const { user } = await renderApp(<ProviderDialog provider={null} onClose={() => {}} />, "ja");
  const dialog = within(screen.getByRole("dialog"));
  const secret = dialog.getByLabelText("プロバイダーのAPIキー");
  await user.type(secret, "a b");
  const fault = { pointer: "/secret", code: "llm.secret_invalid", message: "空白は使えません。" };
  answer("post", "/admin/llm/providers", problem(422, "request.invalid", "x", [fault]), 422);
  await user.click(dialog.getByRole("button", { name: "試して接続" }));
  await vi.waitFor(() => expect(secret).toHaveAccessibleDescription(/空白は使えません。/));
});

it("does not overwrite what somebody else changed meanwhile", async () => {
  const { user } = await renderApp(<ProviderDialog provider={provider} onClose={() => {}} />);
  const dialog = within(screen.getByRole("dialog"));
  await user.type(dialog.getByLabelText("Extra headers"), "X-Team:");
  const sent = answer("patch", "/admin/llm/providers/p1", problem(412, "llm.stale", "Old."), 412);
  await user.click(dialog.getByRole("button", { name: "Save" }));
  expect(await dialog.findByText(/Somebody else changed this provider/)).toBeVisible();
  expect(sent[0]).toMatchObject({ headers: { "X-Team": null } });
  answer("get", "/admin/llm/providers/p1", { ...provider, name: "groq-eu", version: 4 });
  await user.click(dialog.getByRole("button", { name: "Load the newer version" }));
  expect(await dialog.findByDisplayValue("groq-eu")).toBeVisible();
});
