// First start: whoever holds the token that the server printed becomes its administrator.
import { useTranslations } from "use-intl";
import { AccountForm } from "./account-form.tsx";
import { AuthFrame } from "./auth-frame.tsx";

export function SetupPage({ onDone }: { onDone: () => void }) {
  const t = useTranslations("auth.setup");
  return (
    <AuthFrame title={t("title")} lead={t("lead")}>
      <AccountForm withToken submitLabel={t("submit")} onDone={onDone} />
    </AuthFrame>
  );
}
