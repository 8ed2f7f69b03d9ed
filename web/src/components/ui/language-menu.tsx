// Picks the language of the page, each one in its own words. The browser's own list: right on phones, and no weight.
import { ChevronDown, Globe } from "lucide-react";
import { useTranslations } from "use-intl";
import { isLocale, LOCALE_NAMES, LOCALES } from "@/lib/i18n/locale.ts";
import { useLocaleChoice } from "@/lib/i18n/provider.tsx";
import { toast } from "./toast-store.ts";

export function LanguageMenu() {
  const t = useTranslations("language");
  const { locale, setLocale } = useLocaleChoice();
  return (
    <div className="relative inline-flex items-center text-sm">
      <Globe
        className="pointer-events-none absolute start-3 size-4.5 text-muted"
        aria-hidden="true"
      />
      <select
        aria-label={t("label")}
        value={locale}
        onChange={(event) => {
          const { value } = event.target;
          if (isLocale(value)) {
            setLocale(value).catch(() => toast(t("failed"), { tone: "danger" }));
          }
        }}
        className="field-sizing-content min-h-11 cursor-pointer appearance-none rounded-control bg-transparent ps-10 pe-9 text-ink hover:bg-hover"
      >
        {LOCALES.map((one) => (
          <option key={one} value={one} lang={one} className="bg-raised text-ink">
            {LOCALE_NAMES[one]}
          </option>
        ))}
      </select>
      <ChevronDown
        className="pointer-events-none absolute end-3 size-4 text-muted"
        aria-hidden="true"
      />
    </div>
  );
}
