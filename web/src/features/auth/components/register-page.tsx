// Make an account, where this server allows it.
import { useTranslations } from "use-intl";
import { AccountForm } from "./account-form.tsx";
import { AuthFrame } from "./auth-frame.tsx";
import { FooterLink } from "./footer-link.tsx";

export interface RegisterPageProps {
  registrationOpen: boolean;
  to: string | undefined;
  onDone: () => void;
}

export function RegisterPage({ registrationOpen, to, onDone }: RegisterPageProps) {
  const t = useTranslations("auth");
  const footer = t.rich("register.haveAccount", {
    link: (words) => (
      <FooterLink page="/login" to={to}>
        {words}
      </FooterLink>
    ),
  });
  if (!registrationOpen) {
    return (
      <AuthFrame title={t("register.closedTitle")} footer={footer}>
        <p className="text-pretty text-muted">{t("register.closedBody")}</p>
      </AuthFrame>
    );
  }
  return (
    <AuthFrame title={t("register.title")} lead={t("register.lead")} footer={footer}>
      <AccountForm token={null} submitLabel={t("register.submit")} onDone={onDone} />
    </AuthFrame>
  );
}
