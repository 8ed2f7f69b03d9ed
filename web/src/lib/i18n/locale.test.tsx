import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { LanguageMenu } from "@/components/ui/language-menu.tsx";
import { renderApp } from "@/test/render-app.tsx";
import { matchLocale, storedLocale } from "./locale.ts";

it.each([
  [["id-ID", "en"], "id"],
  [["in"], "id"],
  [["fr-FR", "ja-JP"], "ja"],
  [["fr"], "en"],
  [[], "en"],
])("prefers of %s: %s", (wanted, locale) => {
  expect(matchLocale(wanted)).toBe(locale);
});

it("changes the language of the page, its lang attribute, and remembers it", async () => {
  const { user } = await renderApp(<LanguageMenu />);
  await user.click(screen.getByRole("button", { name: "Language: English" }));
  await user.click(screen.getByRole("menuitemradio", { name: "日本語" }));
  expect(await screen.findByRole("button", { name: "言語: 日本語" })).toBeVisible();
  expect(document.documentElement).toHaveAttribute("lang", "ja");
  expect(storedLocale()).toBe("ja");
});
