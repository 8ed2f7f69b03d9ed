// An answer does not die with a page, a line or a server: every token once and in order, in every window.
import { expect, test } from "@playwright/test";
import {
  askAnew,
  CONTROL,
  counted,
  finished,
  lastAnswer,
  reached,
  signIn,
  upTo,
} from "./chat-steps.ts";

const MODEL = "fake-tok500-itl10";

test.beforeEach(async ({ page }) => {
  await signIn(page);
});

test("a reload in the middle loses nothing @phone", async ({ page }) => {
  await askAnew(page, MODEL, "count #reload");
  await reached(lastAnswer(page), "reload", 50);
  await page.reload();
  await finished(page);
  expect(await counted(lastAnswer(page), "reload")).toEqual(upTo(500));
});

test("a second tab joins in the middle and both end alike", async ({ page, context }) => {
  await askAnew(page, MODEL, "count #tabs");
  await reached(lastAnswer(page), "tabs", 50);
  const other = await context.newPage();
  await other.goto(page.url());
  await reached(lastAnswer(other), "tabs", 80);
  await Promise.all([finished(page), finished(other)]);
  expect(await counted(lastAnswer(page), "tabs")).toEqual(upTo(500));
  expect(await counted(lastAnswer(other), "tabs")).toEqual(upTo(500));
});

test("when the tab that holds the stream closes, the other goes on", async ({ page, context }) => {
  await askAnew(page, MODEL, "count #leader");
  const other = await context.newPage();
  await other.goto(page.url());
  await reached(lastAnswer(other), "leader", 60);
  await page.close();
  await finished(other);
  expect(await counted(lastAnswer(other), "leader")).toEqual(upTo(500));
});

test("a network cut of 3 s loses nothing", async ({ page, context }) => {
  await askAnew(page, MODEL, "count #cut");
  await reached(lastAnswer(page), "cut", 50);
  await context.setOffline(true);
  await expect(page.getByText(/You are offline/).first()).toBeVisible();
  await page.waitForTimeout(3_000);
  await context.setOffline(false);
  await finished(page);
  expect(await counted(lastAnswer(page), "cut")).toEqual(upTo(500));
});

test("a server that is killed at token 50 goes on where it was", async ({ page, context }) => {
  if (CONTROL === undefined)
    throw new Error("run it by `make test PART=e2e`: the harness restarts the server");
  await askAnew(page, MODEL, "count #restart");
  const other = await context.newPage();
  await other.goto(page.url());
  await reached(lastAnswer(page), "restart", 50);
  const answer = await fetch(`${CONTROL}/restart`, { method: "POST" });
  expect(answer.ok).toBe(true);
  await Promise.all([finished(page, 60_000), finished(other, 60_000)]);
  expect(await counted(lastAnswer(page), "restart")).toEqual(upTo(500));
  expect(await counted(lastAnswer(other), "restart")).toEqual(upTo(500));
});

test("letters of many bytes arrive whole", async ({ page }) => {
  await askAnew(page, "fake-tok40-itl5-uni", "count #uni");
  await finished(page);
  expect(await counted(lastAnswer(page), "uni")).toEqual(upTo(40));
  await expect(lastAnswer(page)).toContainText("👩‍👩‍👧");
  await expect(lastAnswer(page)).not.toContainText("\ufffd");
});

test("a line that the provider cuts is taken up again", async ({ page }) => {
  await askAnew(page, "fake-cut20-tok60-itl10-first1", "count #mended");
  await finished(page, 40_000);
  expect(await counted(lastAnswer(page), "mended")).toEqual(upTo(60));
});
