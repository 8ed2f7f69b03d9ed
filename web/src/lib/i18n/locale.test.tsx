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
  await user.selectOptions(screen.getByLabelText("Language"), "日本語");
  expect(await screen.findByLabelText("言語")).toHaveValue("ja");
  expect(document.documentElement).toHaveAttribute("lang", "ja");
  expect(storedLocale()).toBe("ja");
});
