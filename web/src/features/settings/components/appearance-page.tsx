// Language (kept with the account) and theme (kept on this device).
import { Monitor, Moon, Sun } from "lucide-react";
import { useTranslations } from "use-intl";
import { Page } from "@/components/desk/page.tsx";
import { Segmented } from "@/components/ui/segmented.tsx";
import { toast } from "@/components/ui/toast-store.ts";
import { LOCALE_NAMES, LOCALES, type Locale } from "@/lib/i18n/locale.ts";
import { useLocaleChoice } from "@/lib/i18n/provider.tsx";
import { useProblemText } from "@/lib/i18n/use-problem-text.ts";
import { useTheme } from "@/lib/theme/theme.ts";
import { updateMe } from "../api/me.ts";

export function AppearancePage() {
  const t = useTranslations("settings.appearance");
  const language = useTranslations("language");
  const themes = useTranslations("theme");
  const text = useProblemText();
  const { locale, setLocale } = useLocaleChoice();
  const [theme, setTheme] = useTheme();

  async function choose(next: Locale): Promise<void> {
    try {
      await setLocale(next);
    } catch {
      toast(language("failed"), { tone: "danger" });
      return;
    }
    try {
      await updateMe({ locale: next });
    } catch (cause) {
      toast(text(cause), { tone: "danger" });
    }
  }

  return (
    <Page title={t("title")} lead={t("lead")}>
      <Segmented
        label={language("label")}
        value={locale}
        onChange={(next) => void choose(next)}
        choices={LOCALES.map((one) => ({ value: one, label: LOCALE_NAMES[one], lang: one }))}
      />
      <Segmented
        label={themes("label")}
        value={theme}
        onChange={setTheme}
        choices={[
          { value: "light", label: themes("light"), icon: <Sun /> },
          { value: "dark", label: themes("dark"), icon: <Moon /> },
          { value: "system", label: themes("system"), icon: <Monitor /> },
        ]}
      />
    </Page>
  );
}
