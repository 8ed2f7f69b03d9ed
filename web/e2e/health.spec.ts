// What an operator learns when something is wrong: a key that is refused, a model that is ill, a server that does not answer.
import { expect, test } from "@playwright/test";
import { expectAccessibleInBoth } from "./a11y.ts";
import { Desk, unique } from "./admin-steps.ts";
import { signIn } from "./chat-steps.ts";
import { PASSWORD, ADMIN as SARI, startServer } from "./own-server.ts";
import { KEYS, MODELS, startUpstream, type Upstream } from "./upstream.ts";

test.describe.configure({ timeout: 180_000 });

let upstream: Upstream;
let desk: Desk | undefined;

test.beforeAll(async () => {
  upstream = await startUpstream();
});
test.afterEach(async () => {
  await desk?.tidy();
  desk = undefined;
});
test.afterAll(() => upstream.stop());

test("@phone a key that the provider refuses is switched off, told of, and replaced", async ({
  page,
}) => {
  const own = await Desk.of(page.request);
  desk = own;
  const name = unique("keys");
  await own.provider(name, upstream.url, {
    "Of the house": KEYS.good,
    "Left by Tono": KEYS.revocable,
    "A small plan": KEYS.limited,
  });
  upstream.revoke(KEYS.revocable);
  await signIn(page);
  await page.goto("/admin/providers");
  const card = page.getByRole("article", { name });
  const key = (label: string) => card.getByRole("listitem").filter({ hasText: label });
  // Keys take turns; every question is answered, whoever's turn it is.
  await expect(async () => {
    await own.ask(`${name}/${MODELS.steady}`, "Who pays?");
    await expect(key("Left by Tono").getByText("the provider does not accept it")).toBeVisible();
    await expect(key("A small plan").getByText(/^Resting/)).toBeVisible();
  }).toPass({ timeout: 60_000 });
  await expect(key("Of the house").getByText("Ready")).toBeVisible();
  await expectAccessibleInBoth(page, "keys in trouble");

  await page.goto("/admin");
  const alert = page.getByRole("listitem").filter({ hasText: name });
  await expect(alert).toContainText("“Left by Tono”");
  await expectAccessibleInBoth(page, "alerts");
  await alert.getByRole("button", { name: `Credential refused, ${name}` }).click();
  await expect(alert).toBeHidden();

  await page.goto("/admin/providers");
  await card.getByRole("button", { name: "Actions for Left by Tono" }).click();
  await page.getByRole("menuitem", { name: "Edit or replace" }).click();
  const form = page.getByRole("dialog");
  await form.getByRole("textbox", { name: "Key", exact: true }).fill(`${KEYS.good}-too`);
  await expectAccessibleInBoth(page, "credential form");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(key("Left by Tono").getByText("Ready")).toBeVisible();
});

test("@phone a model that fails too often is left alone, and the page says until when", async ({
  page,
}) => {
  const own = await Desk.of(page.request);
  desk = own;
  const name = unique("ill");
  await own.provider(name, upstream.url);
  await signIn(page);
  await page.goto("/admin/providers");
  const card = page.getByRole("article", { name });
  await expect(async () => {
    await own.ask(`${name}/${MODELS.broken}`, "Are you well?");
    await expect(card.getByRole("row", { name: MODELS.broken })).toContainText(/Open/);
  }).toPass({ timeout: 120_000 });
  await expectAccessibleInBoth(page, "an open breaker");
  await page.goto("/admin");
  await expect(
    page.getByText(`${name}/${MODELS.broken} failed too often.`, { exact: false }),
  ).toBeVisible();
});

test("@phone a page that could not be loaded says so and is tried again", async ({ page }) => {
  await signIn(page);
  const failing = "**/api/v1/admin/llm/**";
  await page.route(failing, (route) => route.fulfill({ status: 500, body: "{}" }));
  for (const [path, words] of [
    ["providers", "The providers could not be loaded."],
    ["rules", "The rules could not be loaded."],
    ["usage", "The usage could not be loaded."],
    ["settings", "The settings could not be loaded."],
  ]) {
    await page.goto(`/admin/${path}`);
    await expect(page.getByText(words ?? "").first()).toBeVisible({ timeout: 20_000 });
    await expectAccessibleInBoth(page, `${path} that failed`);
  }
  await page.goto("/admin/providers");
  const again = page.getByRole("button", { name: "Try again" });
  await expect(again).toBeVisible({ timeout: 20_000 });
  await page.unroute(failing);
  await again.click();
  await expect(page.getByRole("article", { name: "guide" })).toBeVisible();
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("@phone a server on which nothing was done yet says what to do first", async ({ page }) => {
  const server = await startServer({ OBROL_GUIDE: "no" }, true);
  try {
    const entered = await page.request.post(`${server.url}/api/v1/auth/login`, {
      data: { email: SARI, password: PASSWORD },
      headers: { Origin: server.url },
    });
    expect(entered.status()).toBe(200);
    for (const [path, words] of [
      ["/admin", "Nothing needs your attention."],
      ["/admin/providers", "No provider yet"],
      ["/admin/models", "No models"],
      ["/admin/routes", "No routes yet"],
      ["/admin/limits", "Nothing is limited"],
      ["/admin/rules", "No rule was met."],
      ["/admin/usage", "Nothing was used in this time."],
      ["/settings/keys", "No keys yet"],
      ["/settings/usage", "Nothing was used in this time."],
    ]) {
      await page.goto(`${server.url}${path}`);
      await expect(page.getByText(words ?? "").first()).toBeVisible();
      await expectAccessibleInBoth(page, `${path}, empty`);
    }
  } finally {
    await server.stop();
  }
});
