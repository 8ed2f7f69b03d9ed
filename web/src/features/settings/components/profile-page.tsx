// The reader's name, and what the server knows of them.
import { useForm } from "react-hook-form";
import { useFormatter, useTranslations } from "use-intl";
import { Alert } from "@/components/ui/alert.tsx";
import { Avatar } from "@/components/ui/avatar.tsx";
import { Button } from "@/components/ui/button.tsx";
import { TextField } from "@/components/ui/field.tsx";
import { toast } from "@/components/ui/toast-store.ts";
import { problemFrom } from "@/lib/api/problem.ts";
import type { User } from "@/lib/api/types.ts";
import { applyProblem } from "@/lib/form/apply-problem.ts";
import { useProblemText } from "@/lib/i18n/use-problem-text.ts";
import { updateMe } from "../api/me.ts";
import { Section } from "./section.tsx";

export function ProfilePage({ user }: { user: User }) {
  const t = useTranslations("settings.profile");
  const common = useTranslations("common");
  const format = useFormatter();
  const text = useProblemText();
  const form = useForm({ values: { display_name: user.display_name } });
  const { errors, isSubmitting, isDirty } = form.formState;

  const submit = form.handleSubmit(async (values) => {
    try {
      await updateMe({ display_name: values.display_name.trim() });
      toast(t("saved"), { tone: "good" });
    } catch (cause) {
      if (!applyProblem(problemFrom(cause), ["display_name"], form.setError)) {
        form.setError("root", { message: text(cause) });
      }
    }
  });

  return (
    <Section title={t("title")} lead={t("lead")}>
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
        {errors.root ? <Alert tone="danger">{errors.root.message}</Alert> : null}
        <TextField
          label={t("name")}
          autoComplete="name"
          error={errors.display_name?.message}
          {...form.register("display_name", {
            validate: (value) => value.trim() !== "" || t("nameMissing"),
          })}
        />
        <TextField label={t("email")} type="email" value={user.email} readOnly disabled />
        <div>
          <Button type="submit" busy={isSubmitting} disabled={!isDirty}>
            {common("save")}
          </Button>
        </div>
      </form>
    </Section>
  );
}
