import { screen, within } from "@testing-library/react";
import { beforeEach, expect, it, vi } from "vitest";
import { getSession } from "@/lib/api/token.ts";
import { renderApp } from "@/test/render-app.tsx";
import { answer, problem } from "@/test/server.ts";
import { signIn } from "@/test/sign-in.ts";
import { DevicesPage } from "./devices-page.tsx";

const at = "2026-11-01T00:00:00.000Z";
const common = { created_at: at, last_seen_at: at, expires_at: at, source_ip: "203.0.113.7" };
const here = { ...common, id: "s1", user_agent: "Firefox/130 (Linux)", current: true };
const there = { ...common, id: "s2", user_agent: "Safari/604 iPhone", current: false };

beforeEach(signIn);

it("lists devices and logs one out after asking", async () => {
  answer("get", "/auth/sessions", { items: [here, there], next_cursor: null });
  const { user } = await renderApp(<DevicesPage />, "id");
  expect(await screen.findByText("Perangkat ini")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Keluarkan Safari di iPhone" }));
  answer("delete", "/auth/sessions/s2", null, 204);
  answer("get", "/auth/sessions", { items: [here], next_cursor: null });
  const dialog = within(screen.getByRole("alertdialog", { name: "Keluarkan perangkat ini?" }));
  await user.click(dialog.getByRole("button", { name: "Keluarkan" }));
  await vi.waitFor(() => expect(screen.queryByText("Safari di iPhone")).toBeNull());
  expect(screen.getByText("Perangkat sudah dikeluarkan.")).toBeVisible();
});

it("shows the devices of the next page when asked", async () => {
  answer("get", "/auth/sessions", { items: [here], next_cursor: "c2" });
  const { user } = await renderApp(<DevicesPage />);
  const more = await screen.findByRole("button", { name: "Show more" });
  answer("get", "/auth/sessions", { items: [there], next_cursor: null });
  await user.click(more);
  expect(await screen.findByText("Safari on iPhone")).toBeVisible();
  expect(screen.getByText("This device")).toBeVisible();
  expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
});

it("keeps the dialog open and says why when it did not work", async () => {
  answer("get", "/auth/sessions", { items: [here, there], next_cursor: null });
  const { user } = await renderApp(<DevicesPage />);
  await user.click(await screen.findByRole("button", { name: "Log out Safari on iPhone" }));
  answer("delete", "/auth/sessions/s2", problem(503, "db.unavailable", "Busy."), 503);
  const dialog = within(screen.getByRole("alertdialog"));
  await user.click(dialog.getByRole("button", { name: "Log out" }));
  expect(await dialog.findByRole("alert")).toHaveTextContent("Busy.");
});

it("ends every session, this one too, and the keys where that is wanted", async () => {
  for (const keys of [false, true]) {
    answer("get", "/auth/sessions", { items: [here], next_cursor: null });
    const sent = answer("post", "/auth/logout-all", null, 204);
    const { user, unmount } = await renderApp(<DevicesPage />);
    await user.click(screen.getByRole("button", { name: "Log out everywhere" }));
    const dialog = within(screen.getByRole("alertdialog"));
    if (keys) await user.click(dialog.getByRole("checkbox", { name: /API keys/ }));
    await user.click(dialog.getByRole("button", { name: "Log out everywhere" }));
    await vi.waitFor(() => expect(getSession().status).toBe("signed-out"));
    expect(sent).toEqual([{ api_keys: keys }]);
    unmount();
    signIn();
  }
});

it("offers another try when the list does not come", async () => {
  answer("get", "/auth/sessions", problem(503, "db.unavailable", "Busy."), 503);
  const { user } = await renderApp(<DevicesPage />);
  expect(await screen.findByText("Your devices could not be loaded.")).toBeVisible();
  answer("get", "/auth/sessions", { items: [here], next_cursor: null });
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("This device")).toBeVisible();
});
