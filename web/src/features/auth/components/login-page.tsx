// Log in with e-mail and password.
import { useForm } from "react-hook-form";
import { useTranslations } from "use-intl";
import { Alert } from "@/components/ui/alert.tsx";
import { Button } from "@/components/ui/button.tsx";
import { TextField } from "@/components/ui/field.tsx";
import { PasswordField } from "@/components/ui/password-field.tsx";
import { problemFrom } from "@/lib/api/problem.ts";
import { applyProblem } from "@/lib/form/apply-problem.ts";
import { useProblemText } from "@/lib/i18n/use-problem-text.ts";
import { login } from "../api/login.ts";
import { looksLikeEmail } from "../email.ts";
import { AuthFrame } from "./auth-frame.tsx";
import { FooterLink } from "./footer-link.tsx";
import { FormFault } from "./form-fault.tsx";

interface Fields {
  email: string;
  password: string;
}

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
  const text = useProblemText();
  const form = useForm<Fields>({ defaultValues: { email: "", password: "" } });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async (values) => {
    try {
      await login({ email: values.email.trim(), password: values.password });
      onDone();
    } catch (cause) {
      const problem = problemFrom(cause);
      if (!applyProblem(problem, ["email", "password"], form.setError)) {
        form.setError("root", { message: text(cause) });
        // After a refusal the password is what people retype.
        if (problem.status === 401) form.setFocus("password", { shouldSelect: true });
      }
    }
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
        {reason === "expired" && !errors.root ? <Alert>{t("login.expired")}</Alert> : null}
        {reason === "out" && !errors.root ? (
          <Alert tone="good">{t("login.loggedOut")}</Alert>
        ) : null}
        <FormFault text={errors.root?.message} />
        <TextField
          label={t("email")}
          type="email"
          inputMode="email"
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          error={errors.email?.message}
          {...form.register("email", {
            validate: (value) => looksLikeEmail(value) || t("emailInvalid"),
          })}
        />
        <PasswordField
          label={t("password")}
          autoComplete="current-password"
          error={errors.password?.message}
          {...form.register("password", { required: common("required") })}
        />
        <Button type="submit" size="lg" wide busy={isSubmitting}>
          {t("login.submit")}
        </Button>
      </form>
    </AuthFrame>
  );
}
