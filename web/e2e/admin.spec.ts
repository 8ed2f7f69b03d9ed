// The operators' desk against the real server: providers, models, prices, routes, limits, rules, usage, settings.
import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { expectAccessibleInBoth } from "./a11y.ts";
import { logIn, openAccountMenu, register } from "./account.ts";
import { Desk, section, unique } from "./admin-steps.ts";
import { signIn } from "./chat-steps.ts";
import { MODELS, startUpstream, type Upstream } from "./upstream.ts";

// Long journeys, looked at by axe in both themes at every stop.
test.describe.configure({ timeout: 120_000 });

let upstream: Upstream;
let desk: Desk | undefined;

test.beforeAll(async () => {
  upstream = await startUpstream();
});
test.afterEach(async () => {
  await desk?.tidy();
  desk = undefined;
});
test.afterAll(() => upstream.stop());

test("@phone a provider is tried out, connected, tested, given a credential and deleted", async ({
  page,
}) => {
  const name = unique("shop");
  await logIn(page);
  await openAccountMenu(page);
  await page.getByRole("menuitem", { name: "Administration" }).click();
  await expect(page).toHaveURL("/admin");
  await expect(page.getByRole("heading", { name: "Spending" })).toBeVisible();
  await expectAccessibleInBoth(page, "overview");
  await section(page, "Providers");
  await page.getByRole("button", { name: "Connect a provider" }).click();
  const dialog = page.getByRole("dialog", { name: "Connect a provider" });
  await dialog.getByLabel("Kind").selectOption({ label: "Ollama" });
  await expect(dialog.getByLabel("Base address")).toHaveValue("http://localhost:11434");
  await dialog.getByLabel("Kind").selectOption("compatible");
  await dialog.getByLabel("Name").fill(name);
  await dialog.getByLabel("Base address").fill("http://127.0.0.1:9/v1");
  // Without leave for private networks the address is refused, with leave it does not answer: nothing is saved either way.
  await dialog.getByRole("button", { name: "Try out and connect" }).click();
  await expect(dialog.getByLabel("Base address")).toHaveAttribute("aria-invalid", "true");
  await dialog.getByRole("switch", { name: "May be on a private network" }).click();
  await dialog.getByRole("button", { name: "Try out and connect" }).click();
  await expect(dialog.getByRole("alert")).toContainText("Nothing was saved.");
  await expectAccessibleInBoth(page, "provider refused");
  await dialog.getByLabel("Base address").fill(upstream.url);
  await dialog.getByRole("button", { name: "Try out and connect" }).click();
  await expect(dialog).toBeHidden();
  await expect(page.getByText(new RegExp(`${name} answers: 4 models`))).toBeVisible();

  const card = page.getByRole("article", { name });
  await card.getByRole("button", { name: "Test" }).click();
  await expect(page.getByText(new RegExp(`${name} answers: 4 models`)).first()).toBeVisible();
  await card.getByRole("button", { name: "Add a credential" }).click();
  const form = page.getByRole("dialog", { name: `Add a credential to ${name}` });
  await form.getByLabel("Label").fill("Spare");
  await form.getByRole("textbox", { name: "Key", exact: true }).fill("sk-never-shown-again");
  await form.getByRole("button", { name: "Save" }).click();
  await expect(card.getByText("Spare", { exact: true })).toBeVisible();
  await card.getByRole("button", { name: "Actions for Spare" }).click();
  await page.getByRole("menuitem", { name: "Switch off" }).click();
  await expect(card.getByRole("listitem").getByText("Off", { exact: true })).toBeVisible();
  expect(await page.content()).not.toContain("sk-never-shown-again");
  await expectAccessibleInBoth(page, "providers");

  await card.getByRole("button", { name: `Actions for ${name}` }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await expect(card).toBeHidden();
  await expect(page.getByRole("heading", { level: 2, name: "Providers" })).toBeFocused();
});

test("what the environment sets is shown and cannot be changed here", async ({ page }) => {
  await signIn(page);
  await page.goto("/admin/providers");
  const card = page.getByRole("article", { name: "guide" });
  await expect(card.getByText("Part of Obrol.")).toBeVisible();
  await expect(card.getByRole("button")).toHaveCount(0);
});

test("@phone a price is typed as dollars and kept in a history", async ({ page }) => {
  const name = unique("priced");
  desk = await Desk.of(page.request);
  await desk.provider(name, upstream.url);
  await signIn(page);
  await page.goto("/admin/models");
  await page.getByLabel("Search models").fill(`${name} llama`);
  await expect(page.getByText("1 model", { exact: true })).toBeVisible();
  await expect(page).toHaveURL(/q=/);
  const model = `${name}/${MODELS.steady}`;
  await page.getByRole("button", { name: `Actions for ${model}` }).click();
  await page.getByRole("menuitem", { name: "Set price" }).click();
  const dialog = page.getByRole("dialog", { name: "Set price" });
  await dialog.getByLabel("Input", { exact: true }).fill("1,000");
  await dialog.getByLabel("Output", { exact: true }).fill("0.6");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByLabel("Input", { exact: true })).toBeFocused();
  await dialog.getByLabel("Input", { exact: true }).fill("0.15");
  await expectAccessibleInBoth(page, "price form");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("row", { name: model }).getByText("$0.15 / $0.60")).toBeVisible();
  await page.getByRole("button", { name: `Actions for ${model}` }).click();
  await page.getByRole("menuitem", { name: "Price history" }).click();
  await expect(page.getByRole("dialog").getByText("$0.15 / $0.60")).toBeVisible();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: `Actions for ${model}` }).click();
  await page.getByRole("menuitem", { name: "Change details" }).click();
  const details = page.getByRole("dialog", { name: "Change details" });
  await details.getByLabel("Name shown").fill("House model");
  await details.getByLabel("Context window, in tokens").fill("32,768");
  await details.getByRole("button", { name: "Save" }).click();
  await page.reload();
  const row = page.getByRole("row", { name: model });
  await expect(row.getByText("House model")).toBeVisible();
  await expect(row.getByText("32,768")).toBeVisible();
  await expectAccessibleInBoth(page, "models");
});

test("@phone a route is ordered by keyboard and by hand, and nobody overwrites anybody", async ({
  page,
  isMobile,
}) => {
  desk = await Desk.of(page.request);
  const provider = unique("chain");
  await desk.provider(provider, upstream.url);
  const name = unique("route");
  const [first, second, third] = Object.values(MODELS).map((one) => `${provider}/${one}`);
  await signIn(page);
  await page.goto("/admin/routes");
  await page.getByRole("button", { name: "Create a route" }).click();
  const dialog = page.getByRole("dialog", { name: "Create a route" });
  await dialog.getByLabel("Name").fill(name);
  for (const model of [first, second, third]) {
    await dialog.getByLabel("Add a model").fill(model ?? "");
    await dialog.getByLabel("Add a model").press("Enter");
  }
  const handle = (model: string | undefined, place: number) =>
    dialog.getByRole("button", { name: `Move ${model}, ${place} of 3` });
  await handle(third, 3).focus();
  await page.keyboard.press("ArrowUp");
  await expect(handle(third, 2)).toBeFocused();
  await expect(dialog.getByRole("status").getByText(`${third} is now 2 of 3.`)).toBeAttached();
  await page.keyboard.press("Home");
  await expect(handle(third, 1)).toBeFocused();
  await expectAccessibleInBoth(page, "route form");
  if (!isMobile) {
    // By hand: the first one below the last.
    await handle(third, 1).hover();
    await page.mouse.down();
    const below = await handle(second, 3).boundingBox();
    await page.mouse.move((below?.x ?? 0) + 10, (below?.y ?? 0) + 60, { steps: 12 });
    await page.mouse.up();
    await expect(handle(third, 3)).toBeVisible();
    await handle(third, 3).focus();
    await page.keyboard.press("Home");
  }
  await dialog.getByRole("switch").first().click();
  await dialog.getByRole("button", { name: "Save" }).click();
  const card = page.getByRole("article", { name, exact: true });
  await expect(card.getByRole("listitem")).toContainText([third ?? "", first ?? "", second ?? ""]);
  await page.reload();
  await expect(card.getByRole("listitem").first()).toContainText(third ?? "");

  await card.getByRole("button", { name: `Edit route ${name}` }).click();
  const edit = page.getByRole("dialog", { name: `Edit “${name}”` });
  await edit.getByRole("button", { name: `Remove ${second}` }).click();
  const { items } = await desk.call<{ items: { id: string; name: string; version: number }[] }>(
    "GET",
    "/admin/llm/routes",
  );
  const route = items.find((one) => one.name === name);
  await desk.call(
    "PATCH",
    `/admin/llm/routes/${route?.id}`,
    { enabled: false },
    { "If-Match": `"v${route?.version}"` },
  );
  await edit.getByRole("button", { name: "Save" }).click();
  await expect(edit.getByText("Somebody else changed this route meanwhile")).toBeVisible();
  await edit.getByRole("button", { name: "Load the newer version" }).click();
  await expect(edit.getByRole("button", { name: `Remove ${second}` })).toBeVisible();
  await edit.getByRole("button", { name: `Remove ${second}` }).click();
  await edit.getByRole("button", { name: "Save" }).click();
  await expect(card.getByRole("listitem")).toHaveCount(2);
  await expectAccessibleInBoth(page, "routes");
  await card.getByRole("button", { name: `Delete route ${name}` }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await expect(card).toBeHidden();
});

test("@phone a limit is set for each person, and a person sees it", async ({ page, browser }) => {
  desk = await Desk.of(page.request);
  await signIn(page);
  await page.goto("/admin/limits");
  await page.getByRole("button", { name: "Set a limit" }).click();
  const dialog = page.getByRole("dialog", { name: "Set a limit" });
  await dialog.getByLabel("For").selectOption({ label: "Each person" });
  await dialog.getByLabel("Requests per minute").fill("many");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog.getByLabel("Requests per minute")).toBeFocused();
  await dialog.getByLabel("Requests per minute").fill("");
  await dialog.getByLabel("Tokens per day").fill("4,000,000");
  await dialog.getByLabel("US dollars per month").fill("750.5");
  await dialog.getByRole("button", { name: "Save" }).click();
  const row = page.getByRole("row", { name: "Each person" });
  await expect(row.getByText("$750.50")).toBeVisible();
  await expectAccessibleInBoth(page, "limits");

  const other = await browser.newContext();
  const second = await other.newPage();
  await register(second);
  await second.goto("/settings/usage");
  await expect(second.getByRole("meter", { name: "Tokens today" })).toHaveAttribute(
    "aria-valuetext",
    "0 of 4,000,000",
  );
  await expectAccessibleInBoth(second, "own usage");
  await second.goto("/admin/limits");
  await expect(second.getByRole("heading", { name: "There is nothing here" })).toBeVisible();
  await expectAccessibleInBoth(second, "not for everybody");
  await openAccountMenu(second);
  await expect(second.getByRole("menuitem", { name: "Settings" })).toBeVisible();
  await expect(second.getByRole("menuitem", { name: "Administration" })).toHaveCount(0);
  await other.close();

  await row.getByRole("button", { name: "Lift the limit for Each person" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Lift" }).click();
  await expect(row).toBeHidden();
  const { items } = await desk.call<{ items: { scope: string; subject: string | null }[] }>(
    "GET",
    "/admin/llm/limits",
  );
  expect(items.filter((one) => one.scope === "user" && one.subject === null)).toEqual([]);
});

test("@phone a rule meets a question, and its text is shown only on the record", async ({
  page,
}) => {
  desk = await Desk.of(page.request);
  const provider = unique("ruled");
  await desk.provider(provider, upstream.url);
  const word = unique("heron");
  await signIn(page);
  await page.goto("/admin/rules");
  const form = page.getByRole("form", { name: "Add a rule" });
  await form.getByLabel("Words").fill(word);
  await form.getByLabel("What happens").selectOption({ label: "Report" });
  await form.getByRole("button", { name: "Add a rule" }).click();
  await expect(page.getByRole("switch", { name: `Rule “${word}” is on` })).toBeChecked();
  await desk.ask(`${provider}/${MODELS.steady}`, `When is the ${word.toUpperCase()} launched?`);
  await page.reload();
  await page.getByLabel("Hits of").selectOption({ label: word });
  await expect(page).toHaveURL(/rule=/);
  const hits = page.getByRole("table", { name: "Hits" });
  await expect(hits.getByRole("row", { name: word })).toBeVisible();
  await expect(page.getByRole("main").getByText("launched?")).toHaveCount(0);
  await expectAccessibleInBoth(page, "rules");
  await hits.getByRole("button", { name: "Reveal text" }).first().click();
  const question = page.getByRole("alertdialog");
  await expect(question).toContainText("is recorded, with your name");
  await expect(question.getByRole("button", { name: "Cancel" })).toBeFocused();
  await question.getByRole("button", { name: "Reveal and record" }).click();
  await expect(page.getByRole("dialog", { name: "The text" })).toContainText("launched?");
  await expectAccessibleInBoth(page, "revealed");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: `Delete rule “${word}”` }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await expect(page.getByRole("switch", { name: `Rule “${word}” is on` })).toHaveCount(0);
  await page.goto("/admin");
  await page.getByRole("switch", { name: "Show resolved ones, too" }).click();
  await expect(page.getByText("Message text looked at").first()).toBeVisible();
});

test("@phone usage is narrowed, shared by its address, and downloaded", async ({ page }) => {
  desk = await Desk.of(page.request);
  const provider = unique("used");
  await desk.provider(provider, upstream.url);
  const model = `${provider}/${MODELS.steady}`;
  await desk.call("PUT", "/admin/llm/prices", { model, input: 1_000_000, output: 2_000_000 });
  await desk.ask(model, "How much is this?");
  await signIn(page);
  await page.goto("/admin/usage?range=today&by=model");
  await page.getByRole("button", { name: model }).click();
  await expect(page).toHaveURL(/by=user/);
  await expect(
    page.getByRole("button", { name: `Model: ${model}. Remove this filter` }),
  ).toBeVisible();
  await expect(page.getByRole("img", { name: /^Cost, 1 bar\. The highest: \$/ })).toBeVisible();
  await page.getByText("Show as a table").click();
  await page.getByRole("button", { name: "Show single calls" }).click();
  await expect(
    page.getByRole("table", { name: "Recent calls" }).getByText("Succeeded").first(),
  ).toBeVisible();
  await expectAccessibleInBoth(page, "usage");
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download CSV" }).click();
  const file = await (await coming).path();
  const lines = readFileSync(file, "utf8").trim().split("\r\n");
  expect(lines[0]).toContain('"cost_micros_usd"');
  // The question, and perhaps its title.
  expect(lines.length).toBeGreaterThan(1);
  expect(lines.slice(1).every((line) => line.includes(MODELS.steady))).toBe(true);
  await page.getByLabel("Time").selectOption({ label: "Last month" });
  await expect(page.getByText("Nothing was used in this time.").first()).toBeVisible();
  await page.goBack();
  await expect(page.getByLabel("Time")).toHaveValue("today");
  await page.getByLabel("Time").selectOption({ label: "From … until …" });
  await page.getByLabel("From", { exact: true }).fill("2020-01-01");
  await expect(page.getByText("at most 400 days later")).toBeVisible();
});

test("@phone the settings are kept", async ({ page }) => {
  await signIn(page);
  await page.goto("/admin/settings");
  await page.getByLabel("Spending per day, in US dollars").fill("12.5");
  await page.getByLabel("Credit: warning below").fill("3");
  await page.getByLabel("Credit: critical below").fill("5");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByLabel("Credit: critical below")).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("Credit: critical below").fill("0.75");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("The settings are saved.")).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("Spending per day, in US dollars")).toHaveValue("12.5");
  await expect(page.getByLabel("Credit: critical below")).toHaveValue("0.75");
  await expectAccessibleInBoth(page, "settings of the gateway");
  await page.getByLabel("Spending per day, in US dollars").fill("");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("The settings are saved.")).toBeVisible();
});

test("every page fits 320 px", async ({ page }) => {
  await signIn(page);
  await page.setViewportSize({ width: 320, height: 640 });
  for (const path of [
    "/settings/keys",
    "/settings/usage",
    "/admin",
    "/admin/providers",
    "/admin/models",
    "/admin/routes",
    "/admin/limits",
    "/admin/rules",
    "/admin/usage",
    "/admin/settings",
  ]) {
    await page.goto(path);
    await expect(page.locator("#desk-title")).toBeVisible();
    await expect(page.getByRole("status").filter({ hasText: "Loading" })).toHaveCount(0);
    const wide = await page.evaluate(
      () => document.documentElement.scrollWidth > window.innerWidth,
    );
    expect(wide, path).toBe(false);
  }
});
