// Adds a credential, or changes one: what is not typed stays as it is.

import { useQueryClient } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { FormDialog } from "@/components/desk/form-dialog.tsx";
import { TextField } from "@/components/ui/field.tsx";
import { PasswordField } from "@/components/ui/password-field.tsx";
import { toast } from "@/components/ui/toast-store.ts";
import type { Credential, Provider } from "@/lib/api/types.ts";
import { useFields } from "@/lib/form/use-fields.ts";
import { parseWhole } from "@/lib/money/decimal.ts";
import { addCredential, changeCredential, providersQuery } from "../api/providers.ts";

export interface CredentialDialogProps {
  provider: Provider;
  /** Null for a new one. */
  credential: Credential | null;
  onClose: () => void;
}

export function CredentialDialog({ provider, credential, onClose }: CredentialDialogProps) {
  const t = useTranslations("admin.credentials");
  const common = useTranslations("common");
  const client = useQueryClient();
  const filled = (value: string) => (value.trim() === "" ? common("required") : null);
  const form = useFields(
    { label: credential?.label ?? "", secret: "", weight: String(credential?.weight ?? 1) },
    {
      label: filled,
      ...(credential === null ? { secret: filled } : {}),
      weight: (value) => ((parseWhole(value) ?? 0) < 1 ? t("weightInvalid") : null),
    },
  );
  const submit = form.onSubmit(async (values) => {
    const label = values.label.trim();
    const secret = values.secret.trim();
    const weight = parseWhole(values.weight) ?? 1;
    if (credential === null) await addCredential(provider.id, { label, secret, weight });
    else
      await changeCredential(provider.id, credential.id, {
        label,
        weight,
        ...(secret === "" ? {} : { secret }),
      });
    await client.invalidateQueries({ queryKey: providersQuery.queryKey });
    toast(credential === null ? t("added") : t("changed"), { tone: "good" });
    onClose();
  });
  return (
    <FormDialog
      title={credential === null ? t("addTitle", { provider: provider.name }) : t("editTitle")}
      fault={form.fault}
      busy={form.busy}
      onSubmit={submit}
      onClose={onClose}
    >
      <TextField
        label={t("label")}
        hint={t("labelHint")}
        autoComplete="off"
        {...form.field("label")}
      />
      <PasswordField
        label={t("secret")}
        hint={credential === null ? t("secretHint") : t("secretKeep")}
        autoComplete="new-password"
        {...form.field("secret")}
      />
      <TextField
        label={t("weightLabel")}
        hint={t("weightHint")}
        inputMode="numeric"
        autoComplete="off"
        {...form.field("weight")}
      />
    </FormDialog>
  );
}
