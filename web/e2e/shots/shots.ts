// Pictures of every page, phone and desktop, light and dark, to be looked at: `OBROL_BIN=… pnpm run shots [FOLDER] [NAME …]`.
// `SHOTS_LOOKS=phone-ja,desktop-id` takes only those. Nothing compares them; a change of looks is judged by eyes.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { type Browser, type BrowserContext, chromium } from "@playwright/test";
import { ADMIN, PASSWORD, type Running, startServer } from "../own-server.ts";
import { MODELS, providerSettings, startUpstream } from "../upstream.ts";
import { Album, faults, type Look, OUT } from "./album.ts";
import { Device } from "./api.ts";
import { beginner, operator, seedDesk, seedLimits } from "./desk.ts";
import { type Chats, makeTrouble, savedChats } from "./troubles.ts";

const DIST = join(import.meta.dirname, "../../dist");
const QUESTION = "How does a queue differ from a cron job? Show me a worker in Rust.";
const TYPES: Record<string, string> = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".html": "text/html; charset=utf-8",
};

const LOOKS: Look[] = [
  { name: "desktop-light", phone: false, dark: false, locale: "en" },
  { name: "desktop-dark", phone: false, dark: true, locale: "en" },
  { name: "phone-light", phone: true, dark: false, locale: "en" },
  { name: "phone-dark", phone: true, dark: true, locale: "en" },
  { name: "phone-ja", phone: true, dark: false, locale: "ja" },
  { name: "desktop-id", phone: false, dark: true, locale: "id" },
];

interface Seeded extends Chats {
  rich: string;
  readme: string;
  half: string;
  failed: string;
  stopped: string;
  queued: string;
  branched: string;
  long: string;
}

async function seed(device: Device): Promise<Seeded> {
  await device.fill();
  const asked = async (model: string, question: string, title: string) => {
    const id = await device.conversation(`fake/${model}`, title);
    return { id, run: await device.ask(id, question) };
  };
  const long = await asked(
    MODELS.steady,
    "Do answers survive when I close the page?",
    "Closing the page",
  );
  await device.settled(long.run);
  for (const more of [
    "And when the server restarts?",
    "How does a queue help there?",
    "Thank you. And the phone?",
  ])
    await device.settled(await device.ask(long.id, more));
  const saved = await savedChats(device);
  const failed = await asked(MODELS.broken, "Will this one work?", "Train times to Bandung");
  await device.settled(failed.run);
  const branched = await asked(
    MODELS.steady,
    "Is it safe to close this page?",
    "Closing the page, once more",
  );
  await device.settled(branched.run);
  const page = await device.call<{ items: { id: string; author: { type: string } }[] }>(
    "GET",
    `/conversations/${branched.id}/messages`,
  );
  const answer = page.items.find((one) => one.author.type === "assistant")?.id ?? "";
  const again = await device.call<{ run: { id: string } }>(
    "POST",
    `/conversations/${branched.id}/messages/${answer}/regenerate`,
    { client_message_id: crypto.randomUUID() },
  );
  await device.settled(again.run.id);
  const stopped = await asked(MODELS.half, QUESTION, "A worker for the night shift");
  await new Promise((done) => setTimeout(done, 1_500));
  await device.cancel(stopped.run);
  await device.settled(stopped.run);
  const archived = await device.conversation(null, "Old notes about the move");
  await device.change(archived, { archived: true });
  const rich = await asked(MODELS.steady, QUESTION, "Queues, with code");
  await device.settled(rich.run);
  const readme = await asked(
    MODELS.steady,
    "Queue or cron job? Be brief, and show me a worker in Rust.",
    "Queue or cron job?",
  );
  await device.settled(readme.run);
  // Two at a time: these keep both places, so the next one waits.
  const half = await asked(MODELS.half, QUESTION, "Queues for beginners");
  await asked(MODELS.half, "Draft the release notes", "Release notes");
  const queued = await asked(MODELS.steady, "Summarise my last meeting", "Summary of the meeting");
  return {
    rich: rich.id,
    readme: readme.id,
    half: half.id,
    failed: failed.id,
    stopped: stopped.id,
    queued: queued.id,
    branched: branched.id,
    long: long.id,
    ...saved,
  };
}

/** The pages as they are built now, whatever the binary was built with. */
async function serveBuilt(context: BrowserContext): Promise<void> {
  const policy = "default-src 'self'; style-src 'self'; img-src 'self' data: blob:";
  await context.route(
    (url) => !/^\/(api|v1|docs|readyz)(\/|$)/.test(url.pathname),
    (route) => {
      const { pathname } = new URL(route.request().url());
      const named = join(DIST, pathname);
      const file = pathname !== "/" && existsSync(named) ? named : join(DIST, "index.html");
      const type = TYPES[extname(file)] ?? "application/octet-stream";
      return route.fulfill({
        body: readFileSync(file),
        headers: { "content-type": type, "content-security-policy": policy },
      });
    },
  );
}

async function visitor(album: Album, server: Running, fresh: Running): Promise<void> {
  const { page } = album;
  await album.take("01-setup", () => page.goto(`${fresh.url}/setup`));
  await album.take("02-register", () => page.goto(`${server.url}/register`));
  await album.take("03-register-faults", async () => {
    await page.goto(`${server.url}/register`);
    await page.locator("input[type=password]").fill("short");
    await page.locator("button[type=submit]").click();
  });
  await album.take("04-login", () => page.goto(`${server.url}/login?reason=out`));
  await album.take("05-login-refused", async () => {
    await page.goto(`${server.url}/login`);
    await page.locator("input[type=email]").fill("nobody@example.org");
    await page.locator("input[autocomplete=current-password]").fill("not the right words at all");
    await page.locator("button[type=submit]").click();
    await page.getByRole("alert").waitFor();
  });
}

async function reader(album: Album, server: Running, seeded: Seeded): Promise<void> {
  const { page, phone } = album;
  const open = async (id: string) => {
    await page.goto(`${server.url}/c/${id}`);
    await page.getByRole("article").last().waitFor();
  };
  const menu = () => page.locator("header h1 button").click();
  await album.take("10-empty", async () => {
    await page.goto(server.url);
    await page.locator("textarea").waitFor();
  });
  await album.take("11-list", async () => {
    await page.goto(server.url);
    await album.openSide();
    await page.getByText("Resep rendang").first().waitFor();
  });
  await album.take("12-account-menu", async () => {
    await page.goto(server.url);
    await album.openSide();
    await page.locator("button[aria-haspopup=menu]", { hasText: ADMIN }).click();
  });
  await album.take("13-search", async () => {
    await page.goto(server.url);
    await album.openSide();
    await page.getByRole("searchbox").fill("ren");
    await page.waitForTimeout(500);
  });
  await album.take("14-search-none", async () => {
    await page.getByRole("searchbox").fill("zebra");
    await page.waitForTimeout(500);
  });
  await album.take("15-archive", async () => {
    await page.goto(server.url);
    await album.openSide();
    await page.locator("nav button").last().click();
    await page.waitForTimeout(400);
  });
  await album.take("20-long", () => open(seeded.long));
  await album.take("21-half", () => open(seeded.half));
  await album.take("22-rich", () => open(seeded.rich));
  await album.take("23-rich-top", async () => {
    await open(seeded.rich);
    await page
      .locator("main [role=group]")
      .first()
      .evaluate((one) => one.scrollTo({ top: 0 }));
  });
  await album.take("24-failed", () => open(seeded.failed));
  await album.take("24-continued", () => open(seeded.continued));
  await album.take("24-instead", () => open(seeded.instead));
  await album.take("25-stopped", () => open(seeded.stopped));
  await album.take("26-queued", () => open(seeded.queued));
  await album.take("27-queued-list", async () => {
    await open(seeded.queued);
    await album.openSide();
  });
  await album.take("28-branches", () => open(seeded.branched));
  await album.take("29-edit", async () => {
    await open(seeded.branched);
    await page.getByRole("article").first().hover();
    await page.getByRole("article").first().getByRole("button").last().click();
  });
  await album.take("30-model-picker", async () => {
    await open(seeded.branched);
    await page.locator("header > div > button[aria-haspopup=menu]").last().click();
  });
  await album.take("31-menu", async () => {
    await open(seeded.branched);
    await menu();
  });
  await album.take("32-rename", async () => {
    await page.getByRole("menuitem").first().click();
    await page.getByRole("dialog").waitFor();
  });
  await album.take("33-delete", async () => {
    await open(seeded.branched);
    await menu();
    await page.getByRole("menuitem").last().click();
    await page.getByRole("alertdialog").waitFor();
  });
  await album.take("34-row-menu", async () => {
    await page.goto(server.url);
    await album.openSide();
    await page.locator("li.group button[aria-haspopup=menu]").nth(3).click({ force: true });
  });
  await album.take("35-typed", async () => {
    await open(seeded.branched);
    await page
      .locator("textarea")
      .fill(
        "First line of a longer question.\nSecond line.\n\n- a point\n- another one\n\nWhat do you think?",
      );
  });
  for (const section of ["profile", "appearance", "devices"])
    await album.take(`40-settings-${section}`, async () => {
      await page.goto(`${server.url}/settings/${section}`);
      await page.waitForTimeout(300);
    });
  await album.take("43-device-question", async () => {
    await page.goto(`${server.url}/settings/devices`);
    await page.locator("main li button").first().click();
  });
  await album.take("50-missing-page", () => page.goto(`${server.url}/no/such/page`));
  await album.take("51-missing-conversation", () =>
    page.goto(`${server.url}/c/0190c0de-0000-7000-8000-000000000000`),
  );
  await album.take("52-manual", () => page.goto(`${server.url}/docs/manual`));
  await album.take("60-offline", async () => {
    await open(seeded.half);
    await page.context().setOffline(true);
    await page.waitForTimeout(600);
  });
  await page.context().setOffline(false);
  await album.take("61-reconnecting", async () => {
    await open(seeded.half);
    await page.route("**/api/v1/events**", (route) => route.abort());
    await page.reload();
    await page.getByRole("article").last().waitFor();
    await page.waitForTimeout(1_500);
    await page.route("**/api/**", (route) => route.abort());
  });
  await album.take("62-unreachable", async () => {
    await page.goto(`${server.url}/`);
    await page.waitForTimeout(1_500);
  });
  await page.unrouteAll();
  await album.take("63-failed-load", async () => {
    await page.route("**/messages?**", (route) => route.fulfill({ status: 500, body: "{}" }));
    await page.goto(`${server.url}/c/${seeded.long}`);
    await page.waitForTimeout(1_500);
  });
  await page.unroute("**/messages?**");
  if (phone) return;
  await album.take("71-readme", async () => {
    await page.setViewportSize({ width: 1280, height: 860 });
    await open(seeded.readme);
    await page.waitForTimeout(1_500);
  });
  await page.setViewportSize({ width: 1280, height: 800 });
  await album.take("70-hidden-side", async () => {
    await page.goto(`${server.url}/c/${seeded.long}`);
    await page.locator("aside button").first().click();
  });
}

async function signIn(context: BrowserContext, { url }: Running): Promise<void> {
  await context.request.post(`${url}/api/v1/auth/login`, {
    data: { email: ADMIN, password: PASSWORD },
    headers: { Origin: url },
  });
}

async function shoot(
  browser: Browser,
  look: Look,
  server: Running,
  fresh: Running,
  bare: Running,
  seeded: Seeded,
  device: Device,
): Promise<void> {
  mkdirSync(join(OUT, look.name), { recursive: true });
  const context = await browser.newContext({
    viewport: look.phone ? { width: 390, height: 844 } : { width: 1280, height: 800 },
    deviceScaleFactor: look.phone ? 2 : 1,
    hasTouch: look.phone,
    isMobile: look.phone,
    colorScheme: look.dark ? "dark" : "light",
    reducedMotion: "reduce",
    locale: { en: "en-GB", id: "id-ID", ja: "ja-JP" }[look.locale],
    serviceWorkers: "block",
  });
  await serveBuilt(context);
  const album = new Album(look, await context.newPage());
  await visitor(album, server, fresh);
  await signIn(context, server);
  await reader(album, server, seeded);
  await operator(album, server.url, device);
  await signIn(context, bare);
  await beginner(album, bare.url);
  await context.close();
}

const upstream = await startUpstream();
const server = await startServer(
  {
    OBROL_RUN_CONCURRENCY: "2",
    OBROL_PROVIDER_STALL_TIMEOUT: "20m",
    ...providerSettings(upstream.url),
  },
  true,
);
const fresh = await startServer({}, false);
const bare = await startServer({ OBROL_GUIDE: "no" }, true);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic"],
});
try {
  const device = await Device.of(server.url);
  await seedDesk(device, upstream.url);
  await makeTrouble(device, server.folder, upstream);
  const seeded = await seed(device);
  await seedLimits(device);
  const wanted = process.env.SHOTS_LOOKS?.split(",");
  for (const look of LOOKS.filter(({ name }) => wanted?.includes(name) ?? true))
    await shoot(browser, look, server, fresh, bare, seeded, device);
} finally {
  await browser.close();
  await server.stop();
  await fresh.stop();
  await bare.stop();
  upstream.stop();
}
console.log(faults.length === 0 ? "no faults" : faults.join("\n"));
console.log(OUT);
