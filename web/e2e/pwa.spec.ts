// A new version of the pages is offered, never forced: what is written and what is being answered stays on the screen.
import { expect, test } from "@playwright/test";
import { logIn } from "./account.ts";
import {
  type askAnew,
  composer,
  counted,
  finished,
  lastAnswer,
  reached,
  upTo,
} from "./chat-steps.ts";
import { type Relay, startRelay } from "./relay.ts";

let relay: Relay;
test.beforeAll(async () => {
  relay = await startRelay(process.env.OBROL_E2E_URL ?? "");
});
test.afterAll(() => relay.stop());

test("a new version waits until its reader takes it, and takes nothing from them", async ({
  browser,
}) => {
  test.setTimeout(90_000);
  const context = await browser.newContext({ baseURL: relay.url });
  const page = await context.newPage();
  await logIn(page);
  // The first visit installs the worker, the next one runs under it.
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
  });
  await page.reload();
  await expect
    .poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null))
    .toBe(true);
  await page.evaluate(() => {
    (window as unknown as { born: number }).born = 1;
  });
  // Asked in the very moment of the change there is no page to answer: it is not the same one any more.
  const sameLoad = () =>
    page.evaluate(() => (window as unknown as { born?: number }).born === 1).catch(() => false);
  // The page registers when it is idle; only then does it hear of updates.
  await page.waitForTimeout(5_000);

  await askAnewHere(page);
  await reached(lastAnswer(page), "update", 20);
  await composer(page).fill("half a thought");
  relay.upgrade();
  await page.evaluate(async () => {
    await (await navigator.serviceWorker.getRegistration())?.update();
  });
  const offer = page.getByRole("status").filter({ hasText: "A new version" });
  await expect(offer).toBeVisible();
  const known = (await counted(lastAnswer(page), "update")).length;
  await reached(lastAnswer(page), "update", known + 30);
  expect(await sameLoad()).toBe(true);
  await expect(composer(page)).toHaveValue("half a thought");

  await offer.getByRole("button", { name: "Update" }).click();
  await expect.poll(sameLoad).toBe(false);
  await expect(composer(page)).toHaveValue("half a thought");
  await finished(page);
  expect(await counted(lastAnswer(page), "update")).toEqual(upTo(500));
  expect(
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.waiting),
  ).toBeNull();
  await expect(offer).toHaveCount(0);
  await context.close();
});

/** Within the same load of the page, unlike `askAnew`. */
async function askAnewHere(page: Parameters<typeof askAnew>[0]): Promise<void> {
  await page.getByRole("link", { name: "New chat" }).click();
  await page.getByRole("button", { name: /^Model:/ }).click();
  await page.getByRole("menuitemradio", { name: /^fake-tok500-itl10(?![-\w])/ }).click();
  await composer(page).fill("count #update");
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.waitForURL(/\/c\/[0-9a-f-]{36}$/);
}
