// What a route is for: somebody answers, the reader sees who did, and the order that an operator chose holds at once.
import { expect, type Page, test } from "@playwright/test";
import { expectAccessibleInBoth } from "./a11y.ts";
import { Desk, unique } from "./admin-steps.ts";
import { answers, askAnew, finished, lastAnswer, signIn } from "./chat-steps.ts";
import { CUT, MODELS, startUpstream, type Upstream } from "./upstream.ts";

// Two answers, and axe in both themes at every stop.
test.describe.configure({ timeout: 120_000 });

const ANSWER = "Every answer is stored as a run before it begins";
const END = "so it goes on when you close the page.";

let upstream: Upstream;
let desk: Desk;
let provider: string;
let route: string;

test.beforeAll(async () => {
  upstream = await startUpstream();
});
test.beforeEach(async ({ page }) => {
  desk = await Desk.of(page.request);
  provider = unique("crew");
  route = unique("relay");
  await desk.provider(provider, upstream.url);
  await signIn(page);
});
test.afterEach(() => desk.tidy());
test.afterAll(() => upstream.stop());

const of = (model: string) => `${provider}/${model}`;
const told = (page: Page) => page.getByText(/did not answer, so|went on from there/);

test("@phone when the first model does not answer the second one does, until they change places", async ({
  page,
}) => {
  await desk.route(route, [of(MODELS.broken), of(MODELS.steady)]);
  await askAnew(page, route, "Who is there?");
  await finished(page);
  await expect(lastAnswer(page)).toContainText(ANSWER);
  await expect(told(page)).toHaveText(`${MODELS.broken} did not answer, so ${MODELS.steady} did.`);
  await expect(page.getByRole("heading", { name: `Answer by ${MODELS.steady}` })).toBeAttached();
  await expectAccessibleInBoth(page, "an answer of another model");
  await page.reload();
  await expect(told(page)).toBeVisible();

  await page.goto("/admin/routes");
  await page.getByRole("button", { name: `Edit route ${route}` }).click();
  const dialog = page.getByRole("dialog", { name: `Edit “${route}”` });
  const handle = (place: number) =>
    dialog.getByRole("button", { name: `Move ${of(MODELS.steady)}, ${place} of 2` });
  await handle(2).focus();
  await page.keyboard.press("ArrowUp");
  await expect(handle(1)).toBeFocused();
  await expect(
    dialog.getByRole("status").getByText(`${of(MODELS.steady)} is now 1 of 2.`),
  ).toBeAttached();
  await dialog.getByRole("button", { name: "Save" }).press("Enter");
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("article", { name: route }).getByRole("listitem").first()).toHaveText(
    new RegExp(MODELS.steady),
  );

  await askAnew(page, route, "And now?");
  await finished(page);
  await expect(lastAnswer(page)).toContainText(ANSWER);
  await expect(told(page)).toHaveCount(0);
});

test("@phone an answer that breaks off is taken up by the next model, as one answer", async ({
  page,
}) => {
  await desk.call("PUT", "/admin/llm/models", {
    model: of(MODELS.steady),
    capabilities: { continues: true },
    enabled: true,
  });
  await desk.route(route, [of(CUT), of(MODELS.steady)]);
  await askAnew(page, route, "May I go?");
  await finished(page);
  await expect(answers(page)).toHaveCount(1);
  const text = ((await lastAnswer(page).textContent()) ?? "").replaceAll(/\s+/g, " ");
  expect(text.split(ANSWER)).toHaveLength(2);
  expect(text.split(END)).toHaveLength(2);
  await expect(told(page)).toHaveText(`${CUT} broke off; ${MODELS.steady} went on from there.`);
  await expectAccessibleInBoth(page, "a continued answer");
});

test("@phone when nobody answers the reader is told why, and may ask again", async ({ page }) => {
  await desk.route(route, [of(MODELS.broken)]);
  await askAnew(page, route, "Is nobody there?");
  await expect(page.getByText("There is no complete answer")).toBeVisible({ timeout: 30_000 });
  await expectAccessibleInBoth(page, "a failed answer");
  await expect(page.getByRole("button", { name: "Try again" })).toBeEnabled();
});
