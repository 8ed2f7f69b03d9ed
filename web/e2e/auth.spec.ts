// Getting in and out: first start, register, log in, log out, a session that ends.
import { expect, test } from "@playwright/test";
import { expectAccessibleInBoth } from "./a11y.ts";
import {
  FRESH_URL,
  fillLogin,
  logIn,
  newPerson,
  openAccountMenu,
  PASSWORD,
  register,
  SETUP_TOKEN,
} from "./account.ts";

test("first start: the token from the server's output makes the administrator", async ({
  page,
}) => {
  await page.goto(`${FRESH_URL}/`);
  await expect(page).toHaveURL(`${FRESH_URL}/setup`);
  await expectAccessibleInBoth(page, "setup");
  await page.goto(`${FRESH_URL}/setup#token=${SETUP_TOKEN}`);
  await expect(page.getByLabel("Setup token")).not.toHaveValue("");
  await expect(page).toHaveURL(`${FRESH_URL}/setup`);
  await page.getByLabel("Your name").fill("Ibu Admin");
  await page.getByLabel("E-mail").fill("first-admin@example.test");
  await page.getByRole("textbox", { name: "Password", exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: "Create administrator" }).click();
  await expect(page).toHaveURL(`${FRESH_URL}/`);
  await openAccountMenu(page);
  await expect(page.getByRole("menuitem", { name: "Settings" })).toBeFocused();
});

test("@phone an account is made, left and entered again", async ({ page }) => {
  const person = await register(page);
  await openAccountMenu(page);
  await page.getByRole("menuitem", { name: "Log out" }).click();
  await expect(page).toHaveURL("/login?reason=out");
  await expect(page.getByText("You are logged out.")).toBeVisible();
  await fillLogin(page, person);
  await expect(page).toHaveURL("/");
  await page.reload();
  await expect(page).toHaveURL("/");
  await expect(page.getByRole("main")).toBeVisible();
});

test("a wrong password is refused in words, and the next try works", async ({ page, browser }) => {
  const other = await browser.newContext();
  const person = await register(await other.newPage());
  await other.close();
  await page.goto("/login");
  await fillLogin(page, { ...person, password: "not the right passphrase" });
  await expect(page.getByRole("alert")).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Password", exact: true })).toBeFocused();
  await expectAccessibleInBoth(page, "login refused");
  await fillLogin(page, person);
  await expect(page).toHaveURL("/");
});

test("faults stand at their fields", async ({ page }) => {
  await page.goto("/register");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByLabel("Your name")).toBeFocused();
  await expect(page.getByLabel("E-mail")).toHaveAccessibleDescription(/e-mail address/);
  const password = page.getByRole("textbox", { name: "Password", exact: true });
  await password.fill("short");
  await expect(page.getByText("At least 15 characters (5 so far)")).toBeVisible();
  await expect(password).toHaveAccessibleDescription(/at least 15/i);
  // Fulfils what the page checks; only the server knows that it is a common one.
  await page.getByLabel("Your name").fill("Wati");
  await page.getByLabel("E-mail").fill(newPerson().email);
  await password.fill("passwordpassword");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(password).toBeFocused();
  await expect(password).toHaveAttribute("aria-invalid", "true");
  await expectAccessibleInBoth(page, "register with faults");
});

test("whoever is not signed in comes back to where they wanted to go", async ({
  page,
  browser,
}) => {
  const other = await browser.newContext();
  const person = await register(await other.newPage());
  await other.close();
  await page.goto("/settings/devices");
  await expect(page).toHaveURL("/login?to=%2Fsettings%2Fdevices");
  await fillLogin(page, person);
  await expect(page).toHaveURL("/settings/devices");
  await page.goto("/login?to=https%3A%2F%2Fevil.example");
  await expect(page).toHaveURL("/");
});

test("a session ended elsewhere leads to the log-in page, which says why", async ({
  page,
  browser,
}) => {
  const person = await register(page);
  const other = await browser.newContext();
  const second = await other.newPage();
  await logIn(second, person);
  await second.goto("/settings/devices");
  await second.getByRole("button", { name: "Log out everywhere" }).click();
  await second.getByRole("alertdialog").getByRole("button", { name: "Log out everywhere" }).click();
  await expect(second).toHaveURL("/login?reason=out");
  await other.close();
  // The first page hears it by itself.
  await expect(page).toHaveURL(/\/login\?.*reason=expired/, { timeout: 20_000 });
  await expect(page.getByText("Your session has ended.")).toBeVisible();
});

test("nothing secret is kept where scripts can read it", async ({ page }) => {
  await register(page);
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
  expect(kept).not.toMatch(/eyJ|token|passw/i);
  expect(await page.evaluate(() => document.cookie)).toBe("");
});
