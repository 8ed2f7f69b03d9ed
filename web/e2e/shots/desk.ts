// Pictures of what people see of their keys and usage, and of the operators' pages.
import type { Route } from "@playwright/test";
import { PASSWORD } from "../own-server.ts";
import { MODELS } from "../upstream.ts";
import type { Album } from "./album.ts";
import type { Device } from "./api.ts";

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
  await device.call("PUT", `${LLM}/limits`, {
    scope: "everyone",
    tokens_per_day: 2_000_000,
    cost_per_month_micros: 50_000_000,
  });
  await device.call("PUT", `${LLM}/limits`, {
    scope: "user",
    requests_per_minute: 20,
    tokens_per_day: 5_000,
    cost_per_month_micros: 2_500_000,
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

/** A server that is a minute old has one day; the chart is looked at with a month. */
async function aMonth(route: Route): Promise<void> {
  const answer = await route.fetch();
  const page = (await answer.json()) as { items: Record<string, number | string>[] };
  const [today] = page.items;
  if (today === undefined) return route.fulfill({ response: answer });
  const items = Array.from({ length: 28 }, (_, place) => {
    const part = 0.2 + ((place * 37) % 23) / 10 + (place % 7 > 4 ? 0 : 1);
    const scaled = Object.entries(today).map(([name, value]) => [
      name,
      typeof value === "number" ? Math.round(value * part) : value,
    ]);
    const key = new Date(Date.now() - place * 86_400_000).toISOString().slice(0, 10);
    return { ...Object.fromEntries(scaled), key, name: null };
  });
  return route.fulfill({ response: answer, json: { ...page, items } });
}

export async function operator(album: Album, url: string): Promise<void> {
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
  await page.route("**/usage?**by=day**", aMonth);
  await take("80-keys", "/settings/keys");
  await take("81-key-form", "/settings/keys", () =>
    page.locator("main header button").last().click(),
  );
  await take("82-key-shown", "/settings/keys", async () => {
    await page.locator("main header button").last().click();
    await page.locator("dialog input").first().fill("Pictures");
    await page.locator("dialog button[type=submit]").click();
    await page.locator("dialog input[readonly]").waitFor();
  });
  await take("83-usage", "/settings/usage");
  await take("84-admin", "/admin");
  await take("85-providers", "/admin/providers");
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
  await take("89-models", "/admin/models");
  await take("90-model-form", "/admin/models", async () => {
    await page.locator("main table button[aria-haspopup=menu]").first().click();
    await page.getByRole("menuitem").first().click();
  });
  await take("91-price-form", "/admin/models", async () => {
    await page.locator("main table button[aria-haspopup=menu]").first().click();
    await page.getByRole("menuitem").nth(1).click();
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
  await take("95-limits", "/admin/limits");
  await take("96-limit-form", "/admin/limits", () =>
    page.locator("main header button").last().click(),
  );
  await take("97-rules", "/admin/rules");
  await take("98-usage", "/admin/usage?by=model");
  await take("98-usage-empty", "/admin/usage?range=last-month");
  await take("99-settings", "/admin/settings");
  await page.route("**/llm/providers", (route) => route.fulfill({ status: 503, body: "{}" }));
  await take("99-failed", "/admin/providers", () => page.waitForTimeout(8_000));
  await page.unroute("**/llm/providers");
  await page.unroute("**/usage?**by=day**");
  if (!phone) await page.setViewportSize(usual);
}
