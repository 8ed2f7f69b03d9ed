// What may be used and what it costs: limits that hold while they change, prices with a history.
import { expect, type Page, test } from "@playwright/test";
import { expectAccessibleInBoth } from "./a11y.ts";
import { Desk, unique } from "./admin-steps.ts";
import { ask, askAnew, finished, lastAnswer, signIn } from "./chat-steps.ts";
import { MODELS, startUpstream, type Upstream } from "./upstream.ts";

test.describe.configure({ timeout: 120_000 });

let upstream: Upstream;
let desk: Desk;
let provider: string;

test.beforeAll(async () => {
  upstream = await startUpstream();
});
test.beforeEach(async ({ page }) => {
  desk = await Desk.of(page.request);
  provider = unique("till");
  await desk.provider(provider, upstream.url);
  await signIn(page);
});
test.afterEach(async () => {
  try {
    await desk.liftAll();
  } finally {
    await desk.tidy();
  }
});
test.afterAll(() => upstream.stop());

/** Tokens that all together have used today, as the page says it. */
async function used(page: Page): Promise<number> {
  const meter = page.getByRole("meter", { name: "Tokens today" });
  const text = (await meter.getAttribute("aria-valuetext")) ?? "";
  return Number(text.split(" of ")[0]?.replaceAll(",", ""));
}

test("@phone a limit shows what is used of it, is changed, holds, and is lifted", async ({
  page,
}) => {
  const model = `${provider}/${MODELS.steady}`;
  await page.goto("/admin/limits");
  await page.getByRole("button", { name: "Set a limit" }).click();
  const dialog = page.getByRole("dialog", { name: "Set a limit" });
  await expectAccessibleInBoth(page, "limit form");
  await dialog.getByLabel("Tokens per day").fill("9,000,000");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toBeHidden();
  const row = page.getByRole("row", { name: "All together" });
  await expect(row).toContainText("9,000,000");
  const before = await used(page);
  await desk.ask(model, "How much is this?");
  await page.reload();
  await expect(page.getByRole("meter", { name: "Tokens today" })).toBeVisible();
  await expect.poll(() => used(page)).toBeGreaterThan(before);

  await row.getByRole("button", { name: "Edit the limit for All together" }).click();
  const edit = page.getByRole("dialog", { name: "Edit the limit" });
  await expect(edit.getByLabel("Tokens per day")).toHaveValue("9000000");
  await edit.getByLabel("Tokens per day").fill("1");
  await edit.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("meter", { name: "Tokens today" })).toHaveAttribute(
    "aria-valuetext",
    / of 1$/,
  );
  await expectAccessibleInBoth(page, "a limit that is reached");
  await askAnew(page, MODELS.steady, "Is there anything left?");
  await expect(page.getByText("There is no complete answer")).toBeVisible({ timeout: 30_000 });
  await expectAccessibleInBoth(page, "an answer over the limit");

  await page.goto("/admin/limits");
  await row.getByRole("button", { name: "Lift the limit for All together" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Lift" }).click();
  await expect(page.getByText("Nothing is limited")).toBeVisible();
  await expectAccessibleInBoth(page, "no limits");
  await askAnew(page, MODELS.steady, "And now?");
  await finished(page);
  await ask(page, "Once more");
  await finished(page);
  await expect(lastAnswer(page)).toContainText("Every answer is stored");
});

test("@phone each price stays in the history, and the last word can be taken back", async ({
  page,
}) => {
  const model = `${provider}/${MODELS.steady}`;
  await page.goto(`/admin/models?q=${encodeURIComponent(model)}`);
  const choose = async (what: string) => {
    await page.getByRole("button", { name: `Actions for ${model}` }).click();
    await page.getByRole("menuitem", { name: what }).click();
  };
  const dialog = page.getByRole("dialog", { name: "Set price" });
  for (const [input, output] of [
    ["0.15", "0.6"],
    ["0.2", "0.8"],
  ]) {
    await choose("Set price");
    await dialog.getByLabel("Input", { exact: true }).fill(input ?? "");
    await dialog.getByLabel("Output", { exact: true }).fill(output ?? "");
    await dialog.getByRole("button", { name: "Save" }).click();
    await expect(dialog).toBeHidden();
  }
  await expect(page.getByRole("row", { name: model }).getByText("$0.20 / $0.80")).toBeVisible();
  const history = page.getByRole("dialog", { name: "Price history" });
  await choose("Price history");
  await expect(history.getByRole("listitem")).toContainText(["$0.20 / $0.80", "$0.15 / $0.60"]);
  await expectAccessibleInBoth(page, "price history");
  await page.keyboard.press("Escape");
  await choose("Set price");
  await dialog.getByRole("button", { name: "Withdraw and use the provider's price" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByRole("row", { name: model }).getByText("no price")).toBeVisible();
  await choose("Price history");
  await expect(history.getByRole("listitem")).toHaveCount(3);
  await expect(history.getByRole("listitem").first()).toContainText("Withdrawn");
  await page.keyboard.press("Escape");
  await choose("Change details");
  await expect(page.getByRole("dialog", { name: "Change details" })).toBeVisible();
  await expectAccessibleInBoth(page, "details of a model");
});
