// Log in with e-mail and password.
import { useTranslations } from "use-intl";
import { Alert } from "@/components/ui/alert.tsx";
import { Button } from "@/components/ui/button.tsx";
import { PasswordField } from "@/components/ui/password-field.tsx";
import { problemFrom } from "@/lib/api/problem.ts";
import { useFields } from "@/lib/form/use-fields.ts";
import { login } from "../api/login.ts";
import { looksLikeEmail } from "../email.ts";
import { AuthFrame } from "./auth-frame.tsx";
import { EmailField } from "./email-field.tsx";
import { FooterLink } from "./footer-link.tsx";
import { FormFault } from "./form-fault.tsx";

export interface LoginPageProps {
  reason: "expired" | "out" | undefined;
  registrationOpen: boolean;
  /** Kept for the link to the registration page. */
  to: string | undefined;
  onDone: () => void;
}

export function LoginPage({ reason, registrationOpen, to, onDone }: LoginPageProps) {
  const t = useTranslations("auth");
  const common = useTranslations("common");
  const form = useFields(
    { email: "", password: "" },
    {
      email: (value) => (looksLikeEmail(value) ? null : t("emailInvalid")),
      password: (value) => (value === "" ? common("required") : null),
    },
  );

  const submit = form.onSubmit(async ({ email, password }) => {
    try {
      await login({ email: email.trim(), password });
    } catch (cause) {
      // After a refusal the password is what people retype.
      if (problemFrom(cause).status === 401) form.focus("password");
      throw cause;
    }
    onDone();
  });

  return (
    <AuthFrame
      title={t("login.title")}
      lead={t("login.lead")}
      footer={
        registrationOpen
          ? t.rich("login.noAccount", {
              link: (words) => (
                <FooterLink page="/register" to={to}>
                  {words}
                </FooterLink>
              ),
            })
          : t("login.closed")
      }
    >
      <form noValidate onSubmit={submit} className="flex flex-col gap-5">
        {reason === "expired" && form.fault === null ? <Alert>{t("login.expired")}</Alert> : null}
        {reason === "out" && form.fault === null ? (
          <Alert tone="good">{t("login.loggedOut")}</Alert>
        ) : null}
        <FormFault text={form.fault} />
        <EmailField {...form.field("email")} />
        <PasswordField
          label={t("password")}
          autoComplete="current-password"
          {...form.field("password")}
        />
        <Button type="submit" size="lg" wide busy={form.busy}>
          {t("login.submit")}
        </Button>
      </form>
    </AuthFrame>
  );
}
