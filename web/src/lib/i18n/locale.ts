// Which languages there are, which one this reader wants, and where the choice is kept on this device.
import type { AbstractIntlMessages } from "use-intl";

export const LOCALES = ["en", "id", "ja"] as const;
export type Locale = (typeof LOCALES)[number];

/** Each language in its own words: a reader who cannot read the page must still find theirs. */
export const LOCALE_NAMES: Record<Locale, string> = {
  en: "English",
  id: "Bahasa Indonesia",
  ja: "日本語",
};

const KEY = "obrol.locale";

export function isLocale(value: unknown): value is Locale {
  return LOCALES.some((one) => one === value);
}

export function storedLocale(): Locale | null {
  try {
    const value = localStorage.getItem(KEY);
    return isLocale(value) ? value : null;
  } catch {
    return null;
  }
}

export function storeLocale(locale: Locale): void {
  try {
    localStorage.setItem(KEY, locale);
  } catch {
    // storage may be blocked: the choice then lasts as long as the page
  }
}

/** The first of the wanted languages that exists here; English when none does. */
export function matchLocale(wanted: readonly string[]): Locale {
  for (const one of wanted) {
    const short = one.toLowerCase().split("-")[0];
    if (isLocale(short)) return short;
    if (short === "in") return "id"; // the code that old systems use for Indonesian
  }
  return "en";
}

export function preferredLocale(): Locale {
  return storedLocale() ?? matchLocale(navigator.languages);
}

export async function loadMessages(locale: Locale): Promise<AbstractIntlMessages> {
  const catalogs = {
    en: () => import("@messages/en.json"),
    id: () => import("@messages/id.json"),
    ja: () => import("@messages/ja.json"),
  } satisfies Record<Locale, () => Promise<{ default: unknown }>>;
  const module = await catalogs[locale]();
  return module.default as unknown as AbstractIntlMessages;
}
