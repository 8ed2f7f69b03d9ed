// Who the journeys are: the administrator that the harness made, and people who register.
import { expect, type Page } from "@playwright/test";

export const ADMIN = {
  email: process.env.OBROL_E2E_EMAIL ?? "",
  password: process.env.OBROL_E2E_PASSWORD ?? "",
};
/** A second server that nobody administers yet, and the token that it printed. */
export const FRESH_URL = process.env.OBROL_E2E_FRESH_URL ?? "";
export const SETUP_TOKEN = process.env.OBROL_E2E_SETUP_TOKEN ?? "";
export const PASSWORD = "four unrelated words here";

export interface Person {
  name: string;
  email: string;
  password: string;
}

let count = 0;

export function newPerson(): Person {
  count += 1;
  const mark = `${Date.now().toString(36)}${count}`;
  return { name: `Wati ${mark}`, email: `wati-${mark}@example.test`, password: PASSWORD };
}

export async function fillLogin(
  page: Page,
  person: { email: string; password: string },
): Promise<void> {
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByRole("textbox", { name: "Password", exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Log in" }).click();
}

export async function logIn(
  page: Page,
  person: { email: string; password: string } = ADMIN,
): Promise<void> {
  await page.goto("/login");
  await fillLogin(page, person);
  await expect(page).toHaveURL("/");
}

export async function register(page: Page, person: Person = newPerson()): Promise<Person> {
  await page.goto("/register");
  await page.getByLabel("Your name").fill(person.name);
  await page.getByLabel("E-mail").fill(person.email);
  await page.getByRole("textbox", { name: "Password", exact: true }).fill(person.password);
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page).toHaveURL("/");
  return person;
}

/** The account menu is in the column on wide screens, in the sheet on phones. */
export async function openAccountMenu(page: Page): Promise<void> {
  const burger = page.getByRole("button", { name: "Open navigation" });
  const account = page.getByRole("button", { name: /^Account:/ });
  await expect(burger.or(account).first()).toBeVisible();
  if (await burger.isVisible()) await burger.click();
  await account.click();
}
