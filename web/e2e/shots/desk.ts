// Pictures of what people see of their keys and usage, and of the operators' pages.
import { PASSWORD } from "../own-server.ts";
import { MODELS } from "../upstream.ts";
import type { Album } from "./album.ts";
import type { Device } from "./api.ts";
import { openBreaker, tireKey } from "./troubles.ts";

const LLM = "/admin/llm";

export async function seedDesk(device: Device, upstream: string): Promise<void> {
  const root = new URL(upstream).origin;
  const provider = (name: string, kind: string, path: string, labels: string[]) =>
    device.call("POST", `${LLM}/providers`, {
      name,
      kind,
      base_url: `${root}${path}`,
      private_network: true,
      credentials: labels.map((label, place) => ({
        label,
        secret: `sk-of-the-pictures-${place}`,
        weight: place + 1,
      })),
    });
  await provider("openrouter", "openrouter", "/router/v1", ["Company account", "Spare"]);
  await provider("workshop", "compatible", "/v1", []);
  for (const model of Object.values(MODELS))
    await device.call("PUT", `${LLM}/prices`, {
      model: `fake/${model}`,
      input: 590_000,
      output: 790_000,
    });
  await device.call("POST", `${LLM}/prices/import`);
  await device.call("PUT", `${LLM}/models`, {
    model: `fake/${MODELS.broken}`,
    name: "Mistral, on trial",
    context_window: 32_768,
    capabilities: { tools: true, vision: false },
    enabled: true,
  });
  await device.call("POST", `${LLM}/routes`, {
    name: "careful",
    steps: [
      { model: `fake/${MODELS.broken}`, may_continue: false },
      { model: "openrouter/anthropic/claude-sonnet-4", may_continue: true },
      { model: `fake/${MODELS.steady}`, may_continue: true },
    ],
  });
  for (const [pattern, action, direction] of [
    ["launch date of Project Heron", "block", "both"],
    ["meeting", "flag", "in"],
  ])
    await device.call("POST", `${LLM}/rules`, { pattern, action, direction });
  await device.call("POST", "/me/api-keys", {
    name: "Editor on my laptop",
    scopes: ["models", "chat"],
    password: PASSWORD,
  });
  await device.call("POST", "/me/api-keys", {
    name: "Nightly report of the bakery, with a rather long name",
    scopes: ["models", "chat", "embeddings", "usage"],
    password: PASSWORD,
    expires_at: new Date(Date.now() + 90 * 86_400_000).toISOString(),
  });
  const { key } = await device.call<{ key: { id: string } }>("POST", "/me/api-keys", {
    name: "Old script",
    scopes: ["chat"],
    password: PASSWORD,
  });
  await device.call("DELETE", `/me/api-keys/${key.id}`);
}

/** Set when everything else is made, so that nothing of it is refused. */
export async function seedLimits(device: Device): Promise<void> {
  await device.call("PUT", `${LLM}/limits`, {
    scope: "everyone",
    tokens_per_day: 2_000_000,
    cost_per_month_micros: 50_000_000,
  });
  await device.call("PUT", `${LLM}/limits`, {
    scope: "user",
    requests_per_minute: 60,
    tokens_per_day: 30_000,
    cost_per_month_micros: 2_500_000,
  });
}

export async function operator(album: Album, url: string, device: Device): Promise<void> {
  const { page, phone } = album;
  const usual = page.viewportSize() ?? { width: 1280, height: 800 };
  const open = async (path: string) => {
    await page.goto(`${url}${path}`);
    await page.locator("#desk-title").waitFor();
    await page.waitForTimeout(400);
  };
  /** The whole page at once: its content scrolls within the frame. */
  const whole = async () => {
    const height = await page.evaluate(
      () => document.querySelector("main > div")?.scrollHeight ?? innerHeight,
    );
    await page.setViewportSize({ ...usual, height: Math.min(Math.max(height + 56, 500), 4000) });
  };
  const take = (name: string, path: string, more?: () => Promise<unknown>) =>
    album.take(name, async () => {
      await page.setViewportSize(usual);
      await open(path);
      if (more) await more();
      else await whole();
    });
  await take("80-keys", "/settings/keys");
  await take("81-key-form", "/settings/keys", () =>
    page.locator("main header button").last().click(),
  );
  await take("81-key-faults", "/settings/keys", async () => {
    await page.locator("main header button").last().click();
    await page.locator("dialog input[type=checkbox]").first().uncheck();
    await page.locator("dialog input[type=checkbox]").nth(1).uncheck();
    await page.locator("dialog button[type=submit]").click();
  });
  await take("82-key-shown", "/settings/keys", async () => {
    await page.locator("main header button").last().click();
    await page.locator("dialog input").first().fill("Pictures");
    await page.locator("dialog input[type=password]").fill(PASSWORD);
    await page.locator("dialog button[type=submit]").click();
    await page.locator("dialog input[readonly]").waitFor();
  });
  await take("83-usage", "/settings/usage");
  await take("84-admin", "/admin");
  await take("85-providers", "/admin/providers", async () => {
    // A breaker opens anew when it finds that nothing is better.
    await openBreaker(device);
    await tireKey(device);
    await page.reload();
    await page.locator("main article table").first().waitFor();
    await whole();
  });
  await take("86-provider-menu", "/admin/providers", () =>
    page.locator("main article button[aria-haspopup=menu]").first().click(),
  );
  await take("87-provider-form", "/admin/providers", () =>
    page.locator("main header button").last().click(),
  );
  await take("88-provider-refused", "/admin/providers", async () => {
    await page.locator("main header button").last().click();
    await page.locator("dialog select").selectOption("compatible");
    await page.locator("dialog input[type=url]").fill("http://127.0.0.1:9/v1");
    await page.locator("dialog [role=switch]").click();
    await page.locator("dialog button[type=submit]").click();
    await page.locator("dialog [role=alert]").waitFor();
  });
  await take("88-provider-faults", "/admin/providers", async () => {
    await page.locator("main header button").last().click();
    await page.locator("dialog input[type=url]").fill("");
    await page.locator("dialog details summary").click();
    await page.locator("dialog details input").fill("none");
    await page.locator("dialog details textarea").last().fill("no colon");
    await page.locator("dialog button[type=submit]").click();
    await page.setViewportSize({ ...usual, height: 1200 });
  });
  await take("88-credential-form", "/admin/providers", async () => {
    const card = page.getByRole("article").filter({ hasText: "shared-desk" });
    await card.locator("div > button:not([aria-haspopup])").last().click();
    await page.locator("dialog button[type=submit]").click();
  });
  await take("89-models", "/admin/models");
  await take("89-models-none", "/admin/models?q=zebra");
  await take("90-model-form", "/admin/models", async () => {
    await page.locator("main table button[aria-haspopup=menu]").first().click();
    await page.getByRole("menuitem").first().click();
  });
  await take("91-price-form", "/admin/models", async () => {
    await page.locator("main table button[aria-haspopup=menu]").first().click();
    await page.getByRole("menuitem").nth(1).click();
  });
  await take("91-price-faults", "/admin/models", async () => {
    await page.locator("main table button[aria-haspopup=menu]").first().click();
    await page.getByRole("menuitem").nth(1).click();
    await page.locator("dialog input").first().fill("1.000,5 dollars");
    await page.locator("dialog button[type=submit]").click();
  });
  await take("92-price-history", "/admin/models", async () => {
    await page.locator("main table button[aria-haspopup=menu]").first().click();
    await page.getByRole("menuitem").nth(2).click();
    await page.waitForTimeout(400);
  });
  await take("93-routes", "/admin/routes");
  await take("94-route-form", "/admin/routes", async () => {
    await page.locator("main article button").first().click();
    await page.locator("dialog ol li").first().waitFor();
  });
  await take("94-route-faults", "/admin/routes", async () => {
    await page.locator("main header button").last().click();
    await page.locator("dialog button[type=submit]").click();
  });
  await take("94-route-question", "/admin/routes", async () => {
    await page.locator("main article button").nth(1).click();
    await page.getByRole("alertdialog").waitFor();
  });
  await take("95-limits", "/admin/limits");
  await take("96-limit-form", "/admin/limits", () =>
    page.locator("main header button").last().click(),
  );
  await take("96-limit-faults", "/admin/limits", async () => {
    await page.locator("main header button").last().click();
    await page.locator("dialog select").selectOption("one:user");
    for (const field of await page.locator("dialog input").all()) await field.fill("many");
    await page.locator("dialog button[type=submit]").click();
    await page.setViewportSize({ ...usual, height: 1000 });
  });
  await take("97-rules", "/admin/rules");
  await take("97-rule-faults", "/admin/rules", () =>
    page.locator("main form button[type=submit]").click(),
  );
  await take("97-reveal", "/admin/rules", async () => {
    await page.locator("main table").last().locator("button").first().click();
    await page.getByRole("alertdialog").waitFor();
  });
  await take("98-usage", "/admin/usage?by=model");
  await take("98-usage-days", "/admin/usage?by=day&range=last-month");
  await take("98-usage-calls", "/admin/usage?by=user&range=today", async () => {
    await page.locator("main details summary").click();
    await page.locator("main section button").last().click();
    await page.locator("main table time").first().waitFor();
    await whole();
  });
  await take("98-usage-range", "/admin/usage?range=custom&from=2026-01-01&until=2024-01-01");
  await take("98-usage-empty", "/admin/usage?range=custom&from=2024-02-01&until=2024-02-29");
  await take("99-settings", "/admin/settings");
  await take("99-settings-faults", "/admin/settings", async () => {
    for (const field of await page.locator("main input[inputmode]").all()) await field.fill("much");
    await page.locator("main button[type=submit]").click();
  });
  await page.route("**/api/v1/admin/**", (route) => route.fulfill({ status: 500, body: "{}" }));
  for (const section of ["providers", "limits", "usage"])
    await take(`99-failed-${section}`, `/admin/${section}`, () =>
      page.getByRole("alert").first().waitFor({ timeout: 30_000 }),
    );
  await page.unroute("**/api/v1/admin/**");
  await take("99-offline", "/admin/models", async () => {
    await page.context().setOffline(true);
    await page.evaluate(() => {
      const link = document.querySelector<HTMLElement>("nav a[href='/admin/routes']");
      link?.click();
    });
    await page.waitForTimeout(1_500);
  });
  await page.context().setOffline(false);
  if (!phone) await page.setViewportSize(usual);
}

/** A server on which nothing was done yet. */
export async function beginner(album: Album, url: string): Promise<void> {
  const { page } = album;
  for (const path of [
    "/admin",
    "/admin/providers",
    "/admin/models",
    "/admin/routes",
    "/admin/limits",
    "/admin/rules",
    "/admin/usage",
    "/settings/keys",
    "/settings/usage",
  ])
    await album.take(`79-empty${path.replaceAll("/", "-")}`, async () => {
      await page.goto(`${url}${path}`);
      await page.locator("#desk-title").waitFor();
      await page.waitForTimeout(500);
    });
  await album.take("79-empty-chat", async () => {
    await page.goto(url);
    await page.locator("textarea").waitFor();
    await page.waitForTimeout(500);
  });
}
