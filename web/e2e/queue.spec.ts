// More questions than the server answers at a time: the one that waits says so, here and in the list, and has its turn.
import { expect, test } from "@playwright/test";
import { expectAccessible } from "./a11y.ts";
import { logIn } from "./account.ts";
import { askAnew, finished, lastAnswer } from "./chat-steps.ts";
import { ADMIN, PASSWORD, type Running, startServer } from "./own-server.ts";
import { MODELS, providerSettings, startUpstream, type Upstream } from "./upstream.ts";

let upstream: Upstream;
let server: Running;

test.beforeAll(async () => {
  upstream = await startUpstream();
  server = await startServer(
    { OBROL_RUN_CONCURRENCY: "1", ...providerSettings(upstream.url) },
    true,
  );
});
test.afterAll(async () => {
  await server.stop();
  upstream.stop();
});

test("a question waits in the queue with its dot in the list, and is answered when the place is free", async ({
  browser,
}) => {
  const context = await browser.newContext({ baseURL: server.url });
  const page = await context.newPage();
  await logIn(page, { email: ADMIN, password: PASSWORD });
  await askAnew(page, MODELS.half, "keep the only place");
  await expect(lastAnswer(page)).toContainText("match run(");
  const other = await context.newPage();
  await askAnew(other, MODELS.steady, "wait for it");
  await expect(other.getByRole("status").filter({ hasText: "Waiting in the queue" })).toBeVisible();
  // Both are at work for their reader: the one that is written, and the one that waits.
  const list = other.getByRole("navigation", { name: "Main navigation" });
  await expect(list.getByRole("link", { name: /answering/ })).toHaveCount(2);
  await expectAccessible(other, "queued");

  await page.getByRole("button", { name: "Stop the answer" }).click();
  await finished(other);
  await expect(lastAnswer(other)).toContainText("so it goes on when you close the page");
  await expect(other.getByText("Waiting in the queue")).toHaveCount(0);
  await expect(list.getByRole("link", { name: /answering/ })).toHaveCount(0);
  await context.close();
});
