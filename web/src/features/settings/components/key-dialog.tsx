// Makes an API key; its text is shown here once and never again.
import { useState } from "react";
import { useNow, useTranslations } from "use-intl";
import { Checks } from "@/components/desk/checks.tsx";
import { FormEnd } from "@/components/desk/form-end.tsx";
import { SelectField } from "@/components/desk/select-field.tsx";
import { Alert } from "@/components/ui/alert.tsx";
import { Button } from "@/components/ui/button.tsx";
import { Dialog } from "@/components/ui/dialog.tsx";
import { Field, inputClass, TextField } from "@/components/ui/field.tsx";
import { PasswordField } from "@/components/ui/password-field.tsx";
import { useCopy } from "@/lib/clipboard/use-copy.ts";
import { useFields } from "@/lib/form/use-fields.ts";
import { createKey, type KeyScope } from "../api/keys.ts";
import { EXPIRIES, expiryOf } from "../key-state.ts";

const SCOPES: KeyScope[] = ["models", "chat", "embeddings", "usage", "api", "admin"];

export interface KeyDialogProps {
  admin: boolean;
  /** Of the person whose password it takes. */
  email: string;
  onCreated: () => void;
  onClose: () => void;
}

export function KeyDialog({ admin, email, onCreated, onClose }: KeyDialogProps) {
  const t = useTranslations("keys");
  const [made, setMade] = useState<{ name: string; text: string } | null>(null);
  return (
    <Dialog
      open
      guarded
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={made === null ? t("createTitle") : t("createdTitle")}
    >
      {made === null ? (
        <KeyForm
          admin={admin}
          email={email}
          onClose={onClose}
          onMade={(name, text) => {
            setMade({ name, text });
            onCreated();
          }}
        />
      ) : (
        <Shown name={made.name} text={made.text} onClose={onClose} />
      )}
    </Dialog>
  );
}

interface KeyFormProps {
  admin: boolean;
  email: string;
  onMade: (name: string, text: string) => void;
  onClose: () => void;
}

function KeyForm({ admin, email, onMade, onClose }: KeyFormProps) {
  const t = useTranslations("keys");
  const common = useTranslations("common");
  const now = useNow();
  const [scopes, setScopes] = useState<KeyScope[]>(["models", "chat"]);
  const [missing, setMissing] = useState(false);
  const form = useFields(
    { name: "", expiry: "90", expires_at: "", password: "" },
    {
      name: (value) => (value.trim() === "" ? common("required") : null),
      // Without its date it would be a key that never ends.
      expires_at: (value, all) =>
        all.expiry === "date" && expiryOf("date", value, now) === undefined
          ? common("required")
          : null,
      password: (value) => (value === "" ? common("required") : null),
    },
  );
  const submit = form.onSubmit(async (values) => {
    setMissing(scopes.length === 0);
    if (scopes.length === 0) return;
    const expires = expiryOf(values.expiry, values.expires_at, new Date());
    const name = values.name.trim();
    const made = await createKey({
      name,
      scopes,
      password: values.password,
      ...(expires === undefined ? {} : { expires_at: expires }),
    });
    onMade(name, made.text ?? "");
  });
  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-5">
      {form.fault ? <Alert tone="danger">{form.fault}</Alert> : null}
      <TextField
        label={t("name")}
        hint={t("nameHint")}
        autoComplete="off"
        maxLength={80}
        {...form.field("name")}
      />
      <Checks
        label={t("scopes")}
        value={scopes}
        onChange={(next) => {
          setScopes(next);
          setMissing(false);
        }}
        error={missing ? t("scopesMissing") : undefined}
        choices={SCOPES.filter((scope) => admin || scope !== "admin").map((scope) => ({
          value: scope,
          label: t(`scope.${scope}.name`),
          hint: t(`scope.${scope}.hint`),
        }))}
      />
      <SelectField
        label={t("expiry")}
        choices={EXPIRIES.map((one) => ({ value: one, label: t(`expiries.${one}`) }))}
        {...form.field("expiry")}
      />
      {form.values.expiry === "date" ? (
        <TextField
          type="date"
          required
          label={t("expiryDate")}
          min={now.toISOString().slice(0, 10)}
          {...form.field("expires_at")}
        />
      ) : null}
      {form.values.expiry === "never" ? (
        <p className="text-muted text-sm">{t("neverHint")}</p>
      ) : null}
      {/* Whose password it is: or a password manager takes the key's name for that. */}
      <input
        type="text"
        autoComplete="username"
        value={email}
        readOnly
        hidden
        aria-hidden="true"
        tabIndex={-1}
      />
      <PasswordField
        label={t("password")}
        hint={t("passwordHint")}
        autoComplete="current-password"
        {...form.field("password")}
      />
      <FormEnd label={t("createSubmit")} busy={form.busy} onCancel={onClose} />
    </form>
  );
}

function Shown({ name, text, onClose }: { name: string; text: string; onClose: () => void }) {
  const t = useTranslations("keys");
  const [failed, setFailed] = useState(false);
  const { copied, copy } = useCopy(text, () => setFailed(true));
  return (
    <div className="flex flex-col gap-5">
      <Alert tone="warn">{t("onceWarning")}</Alert>
      <Field label={t("textOf", { name })} error={failed ? t("copyFailed") : undefined}>
        {(parts) => (
          <input
            {...parts}
            readOnly
            value={text}
            autoComplete="off"
            spellCheck={false}
            onFocus={(event) => event.target.select()}
            className={`${inputClass} font-mono text-sm`}
          />
        )}
      </Field>
      <div className="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
        <Button tone="secondary" onClick={onClose}>
          {t("kept")}
        </Button>
        <Button onClick={copy}>{copied ? t("copied") : t("copy")}</Button>
      </div>
      <p role="status" className="sr-only">
        {copied ? t("copied") : ""}
      </p>
    </div>
  );
}
