// Without a network: the page says so, keeps what is written, and goes on when the network is back. And the manual.
import { expect, test } from "@playwright/test";
import { expectAccessible } from "./a11y.ts";
import { logIn, openAccountMenu, register } from "./account.ts";
import { composer, lastAnswer } from "./chat-steps.ts";

test("@phone the page says that the device is offline, and what was sent meanwhile goes out later", async ({
  page,
  context,
}) => {
  await register(page);
  const banner = page.getByText("You are offline. You can keep reading");
  await expect(composer(page)).toBeVisible();
  await context.setOffline(true);
  await expect(banner).toBeVisible();
  await expectAccessible(page, "offline");
  await composer(page).fill("How do I connect a model?");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(page).toHaveURL("/");
  await context.setOffline(false);
  await expect(banner).toBeHidden();
  await page.waitForURL(/\/c\/[0-9a-f-]{36}$/);
  await expect(lastAnswer(page)).toBeVisible();
});

test("@phone the manual is one press away", async ({ page, context }) => {
  await logIn(page);
  await openAccountMenu(page);
  const opened = context.waitForEvent("page");
  await page.getByRole("menuitem", { name: "Manual" }).click();
  const manual = await opened;
  await expect(manual).toHaveURL(/\/docs\/manual/);
  await expect(manual.getByRole("heading", { level: 1 })).toBeVisible();
});
