// Whom a limit is about, in words.
import { useTranslations } from "use-intl";
import type { Limit } from "@/lib/api/types.ts";

export function useLimitName(): (
  limit: Pick<Limit, "scope" | "subject" | "subject_name">,
) => string {
  const t = useTranslations("admin.limits");
  return ({ scope, subject, subject_name: name }) => {
    if (scope === "everyone") return t("scopes.everyone");
    if (subject === null || subject === undefined) return t(`scopes.${scope}`);
    return t(`one.${scope}`, { name: name || subject });
  };
}
