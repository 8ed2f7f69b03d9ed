// The reader's name, and what the server knows of them.
import { useFormatter, useTranslations } from "use-intl";
import { Page } from "@/components/desk/page.tsx";
import { Alert } from "@/components/ui/alert.tsx";
import { Avatar } from "@/components/ui/avatar.tsx";
import { Button } from "@/components/ui/button.tsx";
import { TextField } from "@/components/ui/field.tsx";
import { toast } from "@/components/ui/toast-store.ts";
import type { User } from "@/lib/api/types.ts";
import { useFields } from "@/lib/form/use-fields.ts";
import { updateMe } from "../api/me.ts";

export function ProfilePage({ user }: { user: User }) {
  const t = useTranslations("settings.profile");
  const common = useTranslations("common");
  const format = useFormatter();
  const form = useFields(
    { display_name: user.display_name },
    { display_name: (value) => (value.trim() === "" ? t("nameMissing") : null) },
  );
  const changed = form.values.display_name.trim() !== user.display_name;

  const submit = form.onSubmit(async (values) => {
    await updateMe({ display_name: values.display_name.trim() });
    toast(t("saved"), { tone: "good" });
  });

  return (
    <Page title={t("title")} lead={t("lead")}>
      <div className="flex items-center gap-4 rounded-card border border-line bg-surface p-5">
        <Avatar name={user.display_name} />
        <div className="min-w-0">
          <p className="truncate font-medium">{user.display_name}</p>
          <p className="text-muted text-sm">
            {t(`roles.${user.role}`)}
            {" · "}
            {t("since", {
              date: format.dateTime(new Date(user.created_at), { dateStyle: "long" }),
            })}
          </p>
        </div>
      </div>
      <form noValidate onSubmit={submit} className="flex flex-col gap-5">
        {form.fault ? <Alert tone="danger">{form.fault}</Alert> : null}
        <TextField label={t("name")} autoComplete="name" {...form.field("display_name")} />
        <TextField label={t("email")} type="email" value={user.email} readOnly disabled />
        <div>
          <Button type="submit" busy={form.busy} disabled={!changed}>
            {common("save")}
          </Button>
        </div>
      </form>
    </Page>
  );
}
