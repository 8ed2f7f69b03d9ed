// The words of keys, usage and administration: a catalog of its own, so that a reader who only chats never loads it.
import { type ReactNode, use, useMemo } from "react";
import { type AbstractIntlMessages, IntlProvider, useMessages } from "use-intl";
import type { Locale } from "./locale.ts";
import { useLocaleChoice } from "./provider.tsx";

const loaded = new Map<Locale, Promise<AbstractIntlMessages>>();

export function loadLlmMessages(locale: Locale): Promise<AbstractIntlMessages> {
  const known = loaded.get(locale);
  if (known !== undefined) return known;
  const catalogs = {
    en: () => import("@messages/llm/en.json"),
    id: () => import("@messages/llm/id.json"),
    ja: () => import("@messages/llm/ja.json"),
  } satisfies Record<Locale, () => Promise<{ default: unknown }>>;
  const coming = catalogs[locale]().then(
    (module) => module.default as unknown as AbstractIntlMessages,
  );
  loaded.set(locale, coming);
  // A failed fetch is no answer: whoever asks next tries again.
  coming.catch(() => loaded.delete(locale));
  return coming;
}

/** Suspends until the words are there. */
export function LlmTexts({ children }: { children: ReactNode }) {
  const { locale } = useLocaleChoice();
  const more = use(loadLlmMessages(locale));
  const messages = useMessages();
  const all = useMemo(() => ({ ...messages, ...more }), [messages, more]);
  return (
    <IntlProvider locale={locale} messages={all}>
      {children}
    </IntlProvider>
  );
}
