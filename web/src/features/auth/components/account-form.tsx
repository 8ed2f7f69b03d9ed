// The fields of a new account; with a setup token it becomes the first administrator.
import { useForm } from "react-hook-form";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button.tsx";
import { TextField } from "@/components/ui/field.tsx";
import { PasswordField } from "@/components/ui/password-field.tsx";
import { problemFrom } from "@/lib/api/problem.ts";
import { applyProblem } from "@/lib/form/apply-problem.ts";
import { useProblemText } from "@/lib/i18n/use-problem-text.ts";
import { register } from "../api/register.ts";
import { looksLikeEmail } from "../email.ts";
import { isLongEnough, SHORTEST } from "../password-rules.ts";
import { FormFault } from "./form-fault.tsx";
import { PasswordRules } from "./password-rules.tsx";

interface Fields {
  setup_token: string;
  display_name: string;
  email: string;
  password: string;
}

const NAMES = ["setup_token", "display_name", "email", "password"] as const;

export interface AccountFormProps {
  withToken: boolean;
  submitLabel: string;
  onDone: () => void;
}

export function AccountForm({ withToken, submitLabel, onDone }: AccountFormProps) {
  const t = useTranslations("auth");
  const common = useTranslations("common");
  const text = useProblemText();
  const form = useForm<Fields>({
    defaultValues: { setup_token: "", display_name: "", email: "", password: "" },
  });
  const { errors, isSubmitting } = form.formState;

  const submit = form.handleSubmit(async (values) => {
    try {
      await register({
        email: values.email.trim(),
        password: values.password,
        display_name: values.display_name.trim(),
        ...(withToken ? { setup_token: values.setup_token.trim() } : {}),
      });
      onDone();
    } catch (cause) {
      if (!applyProblem(problemFrom(cause), NAMES, form.setError)) {
        form.setError("root", { message: text(cause) });
      }
    }
  });

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-5">
      <FormFault text={errors.root?.message} />
      {withToken ? (
        <TextField
          label={t("setup.token")}
          hint={t("setup.tokenHint")}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          error={errors.setup_token?.message}
          {...form.register("setup_token", { required: common("required") })}
        />
      ) : null}
      <TextField
        label={t("name")}
        autoComplete="name"
        hint={t("nameHint")}
        error={errors.display_name?.message}
        {...form.register("display_name", {
          validate: (value) => value.trim() !== "" || common("required"),
        })}
      />
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
        autoComplete="new-password"
        hint={<PasswordRules password={form.watch("password")} />}
        error={errors.password?.message}
        {...form.register("password", {
          validate: (value) => isLongEnough(value) || t("rules.tooShort", { min: SHORTEST }),
        })}
      />
      <Button type="submit" size="lg" wide busy={isSubmitting}>
        {submitLabel}
      </Button>
    </form>
  );
}
