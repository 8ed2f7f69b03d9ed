// Where people write who they are: the same on every way in, so that password managers know it.
import { useTranslations } from "use-intl";
import { TextField, type TextFieldProps } from "@/components/ui/field.tsx";

export function EmailField(field: Omit<TextFieldProps, "label">) {
  const t = useTranslations("auth");
  return (
    <TextField
      label={t("email")}
      type="email"
      inputMode="email"
      autoComplete="username"
      autoCapitalize="none"
      spellCheck={false}
      {...field}
    />
  );
}
