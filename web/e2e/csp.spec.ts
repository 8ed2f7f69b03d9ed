// The policy of the pages allows nothing inline, and no page asks for it: not while an answer streams, not in colours.
import { expect, type Page, test } from "@playwright/test";
import { FRESH_URL, logIn } from "./account.ts";
import { askAnew, finished, lastAnswer } from "./chat-steps.ts";

async function listen(page: Page): Promise<string[]> {
  const heard: string[] = [];
  await page.exposeFunction("heardViolation", (what: string) => heard.push(what));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      const tell = (window as unknown as { heardViolation: (what: string) => void }).heardViolation;
      tell(
        `${location.pathname}: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`,
      );
    });
  });
  return heard;
}

test("no page breaks the policy, and the policy holds @phone", async ({ page, isMobile }) => {
  const heard = await listen(page);
  for (const path of [`${FRESH_URL}/`, "/register", "/login", "/login?reason=out"]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  }
  await logIn(page);
  await askAnew(page, "fake-md-itl5", "compare them");
  await expect(lastAnswer(page).getByRole("table")).toBeVisible();
  await finished(page);
  const code = lastAnswer(page).getByRole("group", { name: /Code in rust/ });
  await expect(code.locator("span[style*=color]").first()).toBeVisible();
  await expect(code.locator("span[style*=color]").first()).toHaveCSS(
    "color",
    /^(?!rgb\(0, 0, 0\))/,
  );
  await page.getByRole("button", { name: /^Model:/ }).click();
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { level: 1 }).getByRole("button").click();
  await page.getByRole("menuitem", { name: "Rename" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  if (isMobile) await page.getByRole("button", { name: "Open navigation" }).click();
  for (const path of [
    "/",
    "/settings/profile",
    "/settings/appearance",
    "/settings/devices",
    "/settings/keys",
    "/settings/usage",
    "/admin",
    "/admin/providers",
    "/admin/models",
    "/admin/usage",
    "/no/such/page",
    "/docs/manual",
  ]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 }).first()).toBeVisible();
  }
  expect(heard).toEqual([]);

  // What it would have heard: an inline style is refused.
  await page.goto("/settings/profile");
  await page.evaluate(() => {
    const style = document.createElement("style");
    style.textContent = "body { display: none }";
    document.head.append(style);
  });
  await expect.poll(() => heard.join()).toContain("style-src-elem inline");
  await expect(page.locator("body")).toBeVisible();
});
