// The chat as people use it: ask, stop, ask again, in other words, on a phone, from two devices.
import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "@playwright/test";
import {
  answers,
  ask,
  askAnew,
  composer,
  counted,
  finished,
  lastAnswer,
  reached,
  signIn,
  tokenOf,
  upTo,
} from "./chat-steps.ts";

test.beforeEach(async ({ page }) => {
  await signIn(page);
});

test("a question is answered, titled and found again @phone", async ({ page, isMobile }) => {
  await askAnew(page, "fake-tok20", "count #first please");
  await finished(page);
  expect(await counted(lastAnswer(page), "first")).toEqual(upTo(20));
  await expect(page).toHaveTitle(/count #first please/);
  const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(width).toBeLessThanOrEqual(0);
  if (isMobile) await page.getByRole("button", { name: "Open navigation" }).click();
  const list = page.getByRole("navigation").or(page.getByRole("dialog"));
  await expect(list.getByRole("link", { name: "count #first please" }).first()).toBeVisible();
  const found = await new AxeBuilder({ page }).analyze();
  expect(
    found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target).join(", ")}`),
  ).toEqual([]);
});

test("stop keeps what was written", async ({ page }) => {
  await askAnew(page, "fake-tok500-itl10", "count #stop");
  await reached(lastAnswer(page), "stop", 30);
  await page.getByRole("button", { name: "Stop the answer" }).click();
  await finished(page);
  await expect(lastAnswer(page)).toContainText("You stopped this answer.");
  const numbers = await counted(lastAnswer(page), "stop");
  expect(numbers.length).toBeGreaterThan(30);
  expect(numbers.length).toBeLessThan(400);
  expect(numbers).toEqual(upTo(numbers.length));
  await page.reload();
  await expect(lastAnswer(page)).toContainText("You stopped this answer.");
  expect(await counted(lastAnswer(page), "stop")).toEqual(numbers);
});

test("Escape stops, too", async ({ page }) => {
  await askAnew(page, "fake-tok500-itl10", "count #escape");
  await reached(lastAnswer(page), "escape", 5);
  await page.keyboard.press("Escape");
  await expect(lastAnswer(page)).toContainText("You stopped this answer.");
});

test("another answer and other words make branches that are remembered", async ({ page }) => {
  await askAnew(page, "fake-tok20", "count #one");
  await finished(page);
  await lastAnswer(page).getByRole("button", { name: "Answer again" }).click();
  await expect(lastAnswer(page).getByText("2/2")).toBeVisible();
  await finished(page);
  await expect(answers(page)).toHaveCount(1);
  await lastAnswer(page).getByRole("button", { name: "Previous version" }).click();
  await expect(lastAnswer(page).getByText("1/2")).toBeVisible();
  await page.waitForTimeout(500);
  await page.reload();
  await expect(lastAnswer(page).getByText("1/2")).toBeVisible();

  const question = page.getByRole("article").first();
  await question.hover();
  await question.getByRole("button", { name: "Edit question" }).click();
  await page.getByRole("textbox", { name: "Edit your question" }).fill("count #two");
  await page.getByRole("textbox", { name: "Edit your question" }).press("Enter");
  await reached(lastAnswer(page), "two", 18);
  await finished(page);
  await expect(page.getByRole("article").first()).toContainText("count #two");
  await expect(page.getByRole("article").first().getByText("2/2")).toBeVisible();
  await page.getByRole("article").first().getByRole("button", { name: "Previous version" }).click();
  await expect(page.getByRole("article").first()).toContainText("count #one");
  await reached(lastAnswer(page), "one", 18);
});

test("a failed answer says why and can be asked for again", async ({ page }) => {
  await askAnew(page, "fake-err500", "count #failed");
  await expect(lastAnswer(page).getByText("There is no complete answer")).toBeVisible({
    timeout: 40_000,
  });
  await expect(lastAnswer(page).getByRole("button", { name: "Try again" })).toBeVisible();
});

test("Shift+Enter breaks the line, a draft survives a reload @phone", async ({ page }) => {
  await askAnew(page, "fake-tok20", "count #draft");
  await finished(page);
  await composer(page).fill("first line");
  await composer(page).press("Shift+Enter");
  await composer(page).pressSequentially("second line");
  await expect(composer(page)).toHaveValue("first line\nsecond line");
  await page.waitForTimeout(500);
  await page.reload();
  await expect(composer(page)).toHaveValue("first line\nsecond line");
});

test("what is sent offline waits and goes out by itself", async ({ page, context }) => {
  await askAnew(page, "fake-tok20", "count #online");
  await finished(page);
  await context.setOffline(true);
  await ask(page, "count #later");
  await expect(page.getByText(/Not sent yet/)).toBeVisible();
  await context.setOffline(false);
  await reached(lastAnswer(page), "later", 18);
  await expect(page.getByText(/Not sent yet/)).toHaveCount(0);
  await expect(page.getByRole("article").filter({ hasText: "count #later" })).toHaveCount(1);
});

test("what another device asks appears here", async ({ page, request }) => {
  await askAnew(page, "fake-tok20", "count #here");
  await finished(page);
  const id = page.url().split("/").at(-1);
  const token = await tokenOf(request);
  const headers = { Authorization: `Bearer ${token}` };
  const posted = await request.post(`/api/v1/conversations/${id}/messages`, {
    headers,
    data: { content: [{ type: "text", text: "count #there" }] },
  });
  expect(posted.status()).toBe(202);
  await reached(lastAnswer(page), "there", 18);
  const seen = await request.get(`/api/v1/conversations/${id}`, { headers });
  const renamed = await request.patch(`/api/v1/conversations/${id}`, {
    headers: { ...headers, "If-Match": seen.headers().etag ?? "" },
    data: { title: "Renamed elsewhere" },
  });
  expect(renamed.status(), await renamed.text()).toBe(200);
  await expect(page).toHaveTitle(/Renamed elsewhere/);
});

test("rename, archive with undo, delete", async ({ page }) => {
  await askAnew(page, "fake-tok20", "count #manage");
  await finished(page);
  const menu = page.getByRole("heading", { level: 1 }).getByRole("button");
  await menu.click();
  await page.getByRole("menuitem", { name: "Rename" }).click();
  await page.getByRole("textbox", { name: "Title" }).fill("Managed by hand");
  await page.getByRole("button", { name: "Save" }).click();
  const row = page
    .getByRole("navigation")
    .getByRole("link", { name: "Managed by hand", exact: true });
  await expect(row).toBeVisible();

  await menu.click();
  await page.getByRole("menuitem", { name: "Archive" }).click();
  await expect(row).toHaveCount(0);
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(row).toBeVisible();

  await menu.click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete for good" }).click();
  await expect(page).toHaveURL(/\/$/);
  await expect(row).toHaveCount(0);
});

test("a reader who scrolls up is left alone", async ({ page }) => {
  await askAnew(page, "fake-tok200-itl20", "count #scroll");
  await finished(page, 30_000);
  await ask(page, "count #scroll again");
  await reached(lastAnswer(page), "scroll", 20);
  const list = page.getByRole("group", { name: "Messages" });
  await list.evaluate((element) => element.scrollTo({ top: 0 }));
  await page.waitForTimeout(200);
  const before = await list.evaluate((element) => element.scrollTop);
  await page.waitForTimeout(1_500);
  expect(
    Math.abs((await list.evaluate((element) => element.scrollTop)) - before),
  ).toBeLessThanOrEqual(2);
});
