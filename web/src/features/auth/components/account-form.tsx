// The fields of a new account; with a setup token it becomes the first administrator.
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button.tsx";
import { TextField } from "@/components/ui/field.tsx";
import { PasswordField } from "@/components/ui/password-field.tsx";
import { useFields } from "@/lib/form/use-fields.ts";
import { register } from "../api/register.ts";
import { looksLikeEmail } from "../email.ts";
import { isLongEnough, SHORTEST } from "../password-rules.ts";
import { EmailField } from "./email-field.tsx";
import { FormFault } from "./form-fault.tsx";
import { PasswordRules } from "./password-rules.tsx";

export interface AccountFormProps {
  /** The setup token as far as it is known already; null where none is asked for. */
  token: string | null;
  submitLabel: string;
  onDone: () => void;
}

export function AccountForm({ token, submitLabel, onDone }: AccountFormProps) {
  const t = useTranslations("auth");
  const common = useTranslations("common");
  const filled = (value: string) => (value.trim() === "" ? common("required") : null);
  const form = useFields(
    {
      ...(token === null ? {} : { setup_token: token }),
      display_name: "",
      email: "",
      password: "",
    },
    {
      setup_token: filled,
      display_name: filled,
      email: (value) => (looksLikeEmail(value) ? null : t("emailInvalid")),
      password: (value) => (isLongEnough(value) ? null : t("rules.tooShort", { min: SHORTEST })),
    },
  );

  const submit = form.onSubmit(async (values) => {
    await register({
      email: values.email.trim(),
      password: values.password,
      display_name: values.display_name.trim(),
      ...(values.setup_token === undefined ? {} : { setup_token: values.setup_token.trim() }),
    });
    onDone();
  });

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-5">
      <FormFault text={form.fault} />
      {token === null ? null : (
        <TextField
          label={t("setup.token")}
          hint={t("setup.tokenHint")}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          {...form.field("setup_token")}
        />
      )}
      <TextField
        label={t("name")}
        autoComplete="name"
        hint={t("nameHint")}
        {...form.field("display_name")}
      />
      <EmailField {...form.field("email")} />
      <PasswordField
        label={t("password")}
        autoComplete="new-password"
        hint={<PasswordRules password={form.values.password} />}
        {...form.field("password")}
      />
      <Button type="submit" size="lg" wide busy={form.busy}>
        {submitLabel}
      </Button>
    </form>
  );
}
