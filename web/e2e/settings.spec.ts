// Name, language, appearance, devices; and the frame around them on desktop and phone.
import { expect, test } from "@playwright/test";
import { expectAccessibleInBoth } from "./a11y.ts";
import { logIn, openAccountMenu, register } from "./account.ts";

test("@phone the name is changed and shown", async ({ page }) => {
  await register(page);
  await openAccountMenu(page);
  await page.getByRole("menuitem", { name: "Settings" }).click();
  await expect(page).toHaveURL("/settings/profile");
  await expectAccessibleInBoth(page, "profile");
  const name = page.getByLabel("Name", { exact: true });
  await name.fill("");
  await name.pressSequentially("Wati Baru");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Your name is saved.")).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("Name", { exact: true })).toHaveValue("Wati Baru");
});

test("@phone the language follows the account, the theme stays with the device", async ({
  page,
  browser,
}) => {
  const person = await register(page);
  await page.goto("/settings/appearance");
  await page.getByText("日本語", { exact: true }).click();
  await expect(page.getByRole("heading", { name: "言語と外観" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "ja");
  await page.getByText("ダーク", { exact: true }).click();
  await expect(page.locator("html")).toHaveClass(/dark/);
  await expectAccessibleInBoth(page, "appearance in Japanese");
  await page.reload();
  await expect(page.getByRole("heading", { name: "言語と外観" })).toBeVisible();
  await expect(page.locator("html")).toHaveClass(/dark/);

  const other = await browser.newContext({ locale: "en-US", colorScheme: "light" });
  const second = await other.newPage();
  await logIn(second, person);
  await expect(second.locator("html")).toHaveAttribute("lang", "ja");
  await expect(second.locator("html")).not.toHaveClass(/dark/);
  await other.close();
});

test("@phone another device is logged out", async ({ page, browser }) => {
  const person = await register(page);
  const other = await browser.newContext({
    userAgent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0",
  });
  const second = await other.newPage();
  await logIn(second, person);
  await page.goto("/settings/devices");
  await expect(page.getByText("This device")).toBeVisible();
  await expectAccessibleInBoth(page, "devices");
  await page.getByRole("button", { name: "Log out Firefox on Windows" }).click();
  const dialog = page.getByRole("alertdialog", { name: "Log out this device?" });
  await expect(dialog.getByRole("button", { name: "Cancel" })).toBeFocused();
  await expectAccessibleInBoth(page, "the question");
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("button", { name: "Log out Firefox on Windows" })).toBeFocused();
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: "Log out" }).click();
  await expect(page.getByText("The device is logged out.")).toBeVisible();
  // At once: its window hears that its session is gone, it does not find out by its next request.
  await expect(second).toHaveURL(/\/login\?.*reason=expired/, { timeout: 3_000 });
  await expect(second.getByText("Your session has ended.")).toBeVisible();
  await expect(page.getByText("Firefox on Windows")).toBeHidden();
  await other.close();
});

test("the account menu works by keyboard alone", async ({ page }) => {
  await register(page);
  const account = page.getByRole("button", { name: /^Account:/ });
  await account.focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("menuitem", { name: "Settings" })).toBeFocused();
  await expectAccessibleInBoth(page, "open menu");
  await page.keyboard.press("End");
  await expect(page.getByRole("menuitem", { name: "Log out" })).toBeFocused();
  await page.keyboard.press("d");
  await expect(page.getByRole("menuitemradio", { name: "Dark" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("html")).toHaveClass(/dark/);
  await expect(account).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(page.getByRole("menuitem", { name: "Log out" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(account).toBeFocused();
  await expect(page.getByRole("menu")).toBeHidden();
});

test("the skip link, an unknown address, and 320 px without sideways scrolling", async ({
  page,
}) => {
  await register(page);
  await page.setViewportSize({ width: 320, height: 640 });
  for (const path of [
    "/",
    "/settings/profile",
    "/settings/appearance",
    "/settings/devices",
    "/no/such/page",
  ]) {
    await page.goto(path);
    await expect(page.getByRole("main")).toBeVisible();
    const wide = await page.evaluate(
      () => document.documentElement.scrollWidth > window.innerWidth,
    );
    expect(wide, path).toBe(false);
  }
  await expect(page.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
  await expectAccessibleInBoth(page, "not found");
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to content" })).toBeFocused();
});
