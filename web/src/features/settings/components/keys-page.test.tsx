import { screen, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { renderApp } from "@/test/render-app.tsx";
import { answer, problem } from "@/test/server.ts";
import { signIn } from "@/test/sign-in.ts";
import { KeysPage } from "./keys-page.tsx";

const key = {
  id: "k1",
  name: "Editor",
  prefix: "abcd1234",
  scopes: ["models", "chat"],
  created_at: "2026-11-01T00:00:00Z",
  expires_at: null,
  revoked_at: null,
  last_used_at: null,
};
const gone = { ...key, id: "k2", name: "Old", revoked_at: "2026-11-02T00:00:00Z" };

beforeEach(signIn);

it("makes a key, shows its text once, and lists it", async () => {
  answer("get", "/me/api-keys", { items: [], next_cursor: null });
  const { user } = await renderApp(<KeysPage admin={false} email="ani@example.com" />);
  expect(await screen.findByText("No keys yet")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Create a key" }));
  const dialog = within(screen.getByRole("dialog"));
  expect(dialog.queryByRole("checkbox", { name: /Administration/ })).toBeNull();
  await user.type(dialog.getByLabelText("Name"), " Editor ");
  await user.click(dialog.getByRole("checkbox", { name: /Usage/ }));
  await user.selectOptions(dialog.getByLabelText("Expires"), "Never");
  await user.type(dialog.getByLabelText("Your password"), "one wrong word");
  const fault = { pointer: "/password", code: "auth.password_wrong", message: "Not yours." };
  answer("post", "/me/api-keys", problem(422, "request.invalid", "Wrong.", [fault]), 422);
  await user.click(dialog.getByRole("button", { name: "Create key" }));
  expect(await dialog.findByText("Not yours.")).toBeVisible();
  expect(dialog.getByLabelText("Your password")).toHaveFocus();
  await user.clear(dialog.getByLabelText("Your password"));
  await user.type(dialog.getByLabelText("Your password"), "hujan di bulan juni");
  const sent = answer("post", "/me/api-keys", { key, text: "obr_abcd1234_secret" }, 201);
  answer("get", "/me/api-keys", { items: [key, gone], next_cursor: null });
  await user.click(dialog.getByRole("button", { name: "Create key" }));
  expect(await dialog.findByDisplayValue("obr_abcd1234_secret")).toBeVisible();
  expect(sent).toEqual([
    { name: "Editor", scopes: ["models", "chat", "usage"], password: "hujan di bulan juni" },
  ]);
  await user.click(dialog.getByRole("button", { name: "Copy" }));
  expect(await navigator.clipboard.readText()).toBe("obr_abcd1234_secret");
  await user.click(dialog.getByRole("button", { name: "I have kept it" }));
  expect(screen.queryByDisplayValue("obr_abcd1234_secret")).toBeNull();
  expect(
    await screen.findByText("obr_abcd1234…", { selector: "li:first-child code" }),
  ).toBeVisible();
  expect(screen.queryByRole("button", { name: "Revoke Old" })).toBeNull();
});

it("wants the date of a key that ends on one", async () => {
  answer("get", "/me/api-keys", { items: [], next_cursor: null });
  const sent = answer("post", "/me/api-keys", problem(500, "x", "x"), 500);
  const { user } = await renderApp(<KeysPage admin={false} email="ani@example.com" />);
  await screen.findByText("No keys yet");
  await user.click(screen.getByRole("button", { name: "Create a key" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.type(dialog.getByLabelText("Name"), "Editor");
  await user.type(dialog.getByLabelText("Your password"), "hujan di bulan juni");
  await user.selectOptions(dialog.getByLabelText("Expires"), "On a date of your choice");
  await user.click(dialog.getByRole("button", { name: "Create key" }));
  expect(dialog.getByLabelText("Last day")).toHaveFocus();
  expect(sent).toEqual([]);
});

it("wants a name and at least one scope before it asks the server", async () => {
  answer("get", "/me/api-keys", { items: [], next_cursor: null });
  const sent = answer("post", "/me/api-keys", problem(500, "x", "x"), 500);
  const { user } = await renderApp(<KeysPage admin email="ani@example.com" />);
  await user.click(await screen.findByRole("button", { name: "Create a key" }));
  const dialog = within(screen.getByRole("dialog"));
  await user.click(dialog.getByRole("button", { name: "Create key" }));
  expect(dialog.getByLabelText("Name")).toHaveFocus();
  await user.type(dialog.getByLabelText("Name"), "x");
  await user.click(dialog.getByRole("button", { name: "Create key" }));
  expect(dialog.getByLabelText("Your password")).toHaveFocus();
  await user.type(dialog.getByLabelText("Your password"), "y");
  await user.click(dialog.getByRole("checkbox", { name: /Models/ }));
  await user.click(dialog.getByRole("checkbox", { name: /Chat/ }));
  await user.click(dialog.getByRole("button", { name: "Create key" }));
  expect(dialog.getByText("Choose at least one.")).toBeVisible();
  expect(sent).toEqual([]);
});

it("revokes after asking, and puts the focus where the reader can go on", async () => {
  answer("get", "/me/api-keys", { items: [key], next_cursor: null });
  const { user } = await renderApp(<KeysPage admin={false} email="ani@example.com" />, "id");
  await user.click(await screen.findByRole("button", { name: "Cabut Editor" }));
  answer("delete", "/me/api-keys/k1", null, 204);
  answer("get", "/me/api-keys", { items: [{ ...key, revoked_at: key.created_at }] });
  const dialog = within(screen.getByRole("alertdialog", { name: "Cabut kunci ini?" }));
  await user.click(dialog.getByRole("button", { name: "Cabut" }));
  expect(await screen.findByText("Dicabut", { selector: "li span" })).toBeVisible();
  await vi.waitFor(() => expect(screen.getByRole("heading", { name: "Kunci API" })).toHaveFocus());
});
