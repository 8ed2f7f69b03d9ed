// Picks the language of the page, each one in its own words.
import { ChevronDown, Globe } from "lucide-react";
import { useTranslations } from "use-intl";
import { isLocale, LOCALE_NAMES, LOCALES } from "@/lib/i18n/locale.ts";
import { useLocaleChoice } from "@/lib/i18n/provider.tsx";
import { Button } from "./button.tsx";
import { Menu, MenuChoices } from "./menu.tsx";
import { toast } from "./toast-store.ts";

export function LanguageMenu() {
  const t = useTranslations("language");
  const { locale, setLocale } = useLocaleChoice();
  return (
    <Menu
      align="center"
      trigger={
        <Button tone="quiet" aria-label={t("change", { name: LOCALE_NAMES[locale] })}>
          <Globe className="size-4.5 text-muted" aria-hidden="true" />
          {LOCALE_NAMES[locale]}
          <ChevronDown className="size-4 text-muted" aria-hidden="true" />
        </Button>
      }
    >
      <MenuChoices
        label={t("label")}
        value={locale}
        onChange={(value) => {
          if (isLocale(value)) {
            setLocale(value).catch(() => toast(t("failed"), { tone: "danger" }));
          }
        }}
        choices={LOCALES.map((one) => ({ value: one, label: LOCALE_NAMES[one], lang: one }))}
      />
    </Menu>
  );
}
