// What the chat's journeys have in common: signing in, asking, reading what is shown.
import { type APIRequestContext, expect, type Locator, type Page } from "@playwright/test";

export const EMAIL = process.env.OBROL_E2E_EMAIL ?? "";
export const PASSWORD = process.env.OBROL_E2E_PASSWORD ?? "";
export const CONTROL = process.env.OBROL_E2E_CONTROL;

/** Signs in through the API: the refresh cookie is all that the page needs. */
export async function signIn(page: Page): Promise<void> {
  const answer = await page.request.post("/api/v1/auth/login", {
    data: { email: EMAIL, password: PASSWORD },
    headers: { Origin: origin() },
  });
  expect(answer.status(), await answer.text()).toBe(200);
}

function origin(): string {
  return new URL(process.env.OBROL_E2E_URL ?? "http://127.0.0.1:8080").origin;
}

/** A token for calls beside the page, as a second device would make them. */
export async function tokenOf(request: APIRequestContext): Promise<string> {
  const answer = await request.post("/api/v1/auth/login", {
    data: { email: EMAIL, password: PASSWORD, token_delivery: "body" },
    headers: { Origin: origin() },
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  return token;
}

export function composer(page: Page): Locator {
  return page.getByRole("textbox", { name: "Your message" });
}

export function answers(page: Page): Locator {
  return page.getByRole("article").filter({ has: page.getByRole("heading", { name: /^Answer/ }) });
}

export function lastAnswer(page: Page): Locator {
  return answers(page).last();
}

export async function chooseModel(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: /^Model:/ }).click();
  await page.getByRole("menuitemradio", { name: new RegExp(`^${name}(?![-\\w])`) }).click();
  await expect(page.getByRole("button", { name: new RegExp(`^Model: ${name}$`) })).toBeVisible();
}

/** Opens a new conversation with this model and asks; returns when the conversation has its own address. */
export async function askAnew(page: Page, model: string, question: string): Promise<void> {
  await page.goto("/");
  await chooseModel(page, model);
  await composer(page).fill(question);
  // By the button: on phones Enter breaks the line.
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.waitForURL(/\/c\/[0-9a-f-]{36}$/);
}

export async function ask(page: Page, question: string): Promise<void> {
  await composer(page).fill(question);
  // By the button: on phones Enter breaks the line.
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await expect(composer(page)).toHaveValue("");
}

export async function finished(page: Page, timeout = 30_000): Promise<void> {
  await expect(lastAnswer(page)).toHaveAttribute("aria-busy", "false", { timeout });
  await expect(page.getByRole("button", { name: "Send", exact: true })).toBeVisible({ timeout });
}

/** The numbers that the fake model counted, in the order in which they are shown. */
export async function counted(answer: Locator, tag: string): Promise<number[]> {
  const text = (await answer.textContent()) ?? "";
  return [...text.matchAll(new RegExp(`${tag}\\.(\\d+)`, "g"))].map((hit) => Number(hit[1]));
}

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Returns when the answer has counted so far. */
export async function reached(answer: Locator, tag: string, number: number): Promise<void> {
  await expect(answer).toContainText(`${tag}.${number} `, { timeout: 20_000 });
}
