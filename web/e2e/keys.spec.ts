// API keys: made, shown once, used by a program, revoked.
import { expect, test } from "@playwright/test";
import { expectAccessibleInBoth } from "./a11y.ts";
import { register } from "./account.ts";
import { Desk, unique } from "./admin-steps.ts";
import { MODELS, startUpstream } from "./upstream.ts";

test("@phone a key is made, opens what its scopes say, and is revoked", async ({ page }) => {
  const person = await register(page);
  await page.goto("/settings/keys");
  await expect(page.getByText("No keys yet")).toBeVisible();
  await expectAccessibleInBoth(page, "no keys");
  await page.getByRole("button", { name: "Create a key" }).click();
  const dialog = page.getByRole("dialog", { name: "Create an API key" });
  await expect(dialog.getByLabel("Name")).toBeFocused();
  await dialog.getByLabel("Name").fill("Laptop");
  await dialog.getByRole("checkbox", { name: /^Usage/ }).check();
  await expect(dialog.getByRole("checkbox", { name: /Administration/ })).toHaveCount(0);
  await expectAccessibleInBoth(page, "key form");
  // The session alone is not enough for what outlives it.
  await dialog.getByLabel("Your password").fill("not their password");
  await dialog.getByRole("button", { name: "Create key" }).click();
  await expect(dialog.getByText("This is not your password.")).toBeVisible();
  await expect(page.getByText("No keys yet")).toBeAttached();
  await dialog.getByLabel("Your password").fill(person.password);
  await dialog.getByRole("button", { name: "Create key" }).click();
  const shown = page.getByRole("dialog", { name: "Your new key" });
  const field = shown.getByLabel("Key “Laptop”");
  await expect(field).toHaveValue(/^obr_/);
  await expectAccessibleInBoth(page, "key shown");
  const text = await field.inputValue();
  // A press beside the dialog does not lose it.
  await page.mouse.click(5, 5);
  await expect(field).toBeVisible();
  await shown.getByRole("button", { name: "I have kept it" }).click();
  await expect(page.getByRole("button", { name: "Create a key" })).toBeFocused();
  expect(await page.content()).not.toContain(text);

  const program = { headers: { Authorization: `Bearer ${text}`, Cookie: "" } };
  const usage = await page.request.get("/api/v1/me/limits", program);
  expect(usage.status()).toBe(200);
  const conversations = await page.request.get("/api/v1/conversations", program);
  expect(conversations.status()).toBe(403);

  await page.reload();
  const row = page.getByRole("listitem").filter({ hasText: "Laptop" });
  await expect(row.getByText("Active")).toBeVisible();
  await expect(row).toContainText(text.slice(0, 12));
  await row.getByRole("button", { name: "Revoke Laptop" }).click();
  const question = page.getByRole("alertdialog", { name: "Revoke this key?" });
  await expect(question.getByRole("button", { name: "Cancel" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(row.getByRole("button", { name: "Revoke Laptop" })).toBeFocused();
  await page.keyboard.press("Enter");
  await question.getByRole("button", { name: "Revoke" }).click();
  await expect(row.getByText("Revoked", { exact: true })).toBeVisible();
  await expect(page.getByRole("heading", { level: 2, name: "API keys" })).toBeFocused();
  await expectAccessibleInBoth(page, "keys");
  expect((await page.request.get("/api/v1/me/limits", program)).status()).toBe(401);
});

test("every open page hears of a key, and logging out everywhere can end it", async ({
  page,
  context,
}) => {
  const person = await register(page);
  const other = await context.newPage();
  await other.goto("/");
  await page.goto("/settings/keys");
  await page.getByRole("button", { name: "Create a key" }).click();
  const dialog = page.getByRole("dialog", { name: "Create an API key" });
  await dialog.getByLabel("Name").fill("Laptop");
  await dialog.getByRole("checkbox", { name: /^Usage/ }).check();
  await dialog.getByLabel("Your password").fill(person.password);
  await dialog.getByRole("button", { name: "Create key" }).click();
  const text = await page.getByLabel("Key “Laptop”").inputValue();
  await expect(other.getByText(/The API key “Laptop” was created/)).toBeVisible();
  await page.getByRole("button", { name: "I have kept it" }).click();
  const program = { headers: { Authorization: `Bearer ${text}`, Cookie: "" } };
  expect((await page.request.get("/api/v1/me/limits", program)).status()).toBe(200);
  await page.goto("/settings/devices");
  await page.getByRole("button", { name: "Log out everywhere" }).click();
  const question = page.getByRole("alertdialog", { name: "Log out everywhere?" });
  await question.getByRole("checkbox", { name: "Revoke all my API keys as well" }).check();
  await expectAccessibleInBoth(page, "log out everywhere");
  await question.getByRole("button", { name: "Log out everywhere" }).click();
  await expect(page).toHaveURL(/login/);
  expect((await page.request.get("/api/v1/me/limits", program)).status()).toBe(401);
});

test("@phone a key that is revoked while it is in use falls silent", async ({ page }) => {
  const upstream = await startUpstream();
  const desk = await Desk.of(page.request);
  try {
    const provider = unique("talk");
    await desk.provider(provider, upstream.url);
    const person = await register(page);
    await page.goto("/settings/keys");
    await page.getByRole("button", { name: "Create a key" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("Robot");
    await page.getByRole("dialog").getByLabel("Your password").fill(person.password);
    await page.getByRole("button", { name: "Create key" }).click();
    const shown = page.getByRole("dialog", { name: "Your new key" });
    const text = await shown.getByLabel("Key “Robot”").inputValue();
    await shown.getByRole("button", { name: "I have kept it" }).click();

    // A program listens to an answer that does not end by itself.
    const asked = await fetch(new URL("/v1/chat/completions", page.url()), {
      method: "POST",
      headers: { Authorization: `Bearer ${text}`, "Content-Type": "application/json" },
      body: JSON.stringify({
        model: `${provider}/${MODELS.half}`,
        stream: true,
        messages: [{ role: "user", content: "Go on and on about queues" }],
      }),
    });
    expect(asked.status).toBe(200);
    const listened = asked.body?.getReader();
    expect(new TextDecoder().decode((await listened?.read())?.value)).toContain("data: ");

    await page.reload();
    const row = page.getByRole("listitem").filter({ hasText: "Robot" });
    await expect(row).toContainText(/Used .*ago|Used now/);
    await row.getByRole("button", { name: "Revoke Robot" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Revoke" }).click();
    await expect(row.getByText("Revoked", { exact: true })).toBeVisible();
    const rest = async () => {
      for (;;) if ((await listened?.read())?.done !== false) return "silent";
    };
    // Long before the server gives a provider up that says nothing more.
    const talking = new Promise<string>((resolve) => setTimeout(resolve, 8_000, "still open"));
    const ended = await Promise.race([rest().catch(() => "cut"), talking]);
    expect(ended).toMatch(/silent|cut/);
    const again = await fetch(new URL("/v1/models", page.url()), {
      headers: { Authorization: `Bearer ${text}` },
    });
    expect(again.status).toBe(401);
  } finally {
    await desk.tidy();
    upstream.stop();
  }
});

test("one's own usage is empty at first and says so", async ({ page }) => {
  await register(page);
  await page.goto("/settings/usage");
  await expect(page.getByRole("heading", { name: "Your limits" })).toBeVisible();
  await expect(page.getByText("Nothing was used in this time.").first()).toBeVisible();
  await expectAccessibleInBoth(page, "own usage, empty");
});
