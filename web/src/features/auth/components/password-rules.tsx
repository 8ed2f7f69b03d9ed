// The rules under a new password, ticked off while typing.
import { clsx } from "clsx";
import { Check, Circle } from "lucide-react";
import { useTranslations } from "use-intl";
import { isLongEnough, lengthOf, SHORTEST } from "../password-rules.ts";

export function PasswordRules({ password }: { password: string }) {
  const t = useTranslations("auth.rules");
  const met = isLongEnough(password);
  const count = lengthOf(password);
  const Icon = met ? Check : Circle;
  return (
    <div className="flex flex-col gap-1">
      <ul aria-label={t("label")}>
        <li className={clsx("flex items-center gap-2", met && "text-good-ink")}>
          <Icon className={met ? "size-4" : "mx-0.5 size-3"} aria-hidden="true" />
          <span>
            {met || count === 0
              ? t("length", { min: SHORTEST })
              : t("lengthSoFar", { min: SHORTEST, count })}
          </span>
          {met ? <span className="sr-only">{t("met")}</span> : null}
        </li>
      </ul>
      <p>{t("phrase")}</p>
    </div>
  );
}
