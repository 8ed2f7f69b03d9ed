// Puts one language around the page and lets anything below change it.
import {
  createContext,
  type ReactNode,
  use,
  useCallback,
  useEffect,
  useMemo,
  useState,
} from "react";
import { type AbstractIntlMessages, IntlProvider } from "use-intl";
import { type Locale, loadMessages, storeLocale } from "./locale.ts";

interface LocaleChoice {
  locale: Locale;
  setLocale: (locale: Locale) => Promise<void>;
}

const Choice = createContext<LocaleChoice | null>(null);

export function useLocaleChoice(): LocaleChoice {
  const choice = use(Choice);
  if (choice === null) throw new Error("I18nProvider is missing");
  return choice;
}

export interface I18nProviderProps {
  initialLocale: Locale;
  initialMessages: AbstractIntlMessages;
  timeZone?: string;
  children: ReactNode;
}

export function I18nProvider({
  initialLocale,
  initialMessages,
  timeZone,
  children,
}: I18nProviderProps) {
  const [current, setCurrent] = useState({ locale: initialLocale, messages: initialMessages });

  const setLocale = useCallback(async (locale: Locale) => {
    const messages = await loadMessages(locale);
    storeLocale(locale);
    setCurrent({ locale, messages });
  }, []);

  useEffect(() => {
    document.documentElement.lang = current.locale;
  }, [current.locale]);

  const choice = useMemo(
    () => ({ locale: current.locale, setLocale }),
    [current.locale, setLocale],
  );
  const zone = timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;

  return (
    <Choice value={choice}>
      <IntlProvider locale={current.locale} messages={current.messages} timeZone={zone}>
        {children}
      </IntlProvider>
    </Choice>
  );
}
