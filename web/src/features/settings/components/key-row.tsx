// One API key in the list.
import { KeyRound } from "lucide-react";
import { useFormatter, useNow, useTranslations } from "use-intl";
import { Badge } from "@/components/desk/badge.tsx";
import { Button } from "@/components/ui/button.tsx";
import type { ApiKey } from "@/lib/api/types.ts";
import { keyState } from "../key-state.ts";

const TONES = { active: "good", expired: "plain", revoked: "plain" } as const;

export function KeyRow({ item, onRevoke }: { item: ApiKey; onRevoke: () => void }) {
  const t = useTranslations("keys");
  const format = useFormatter();
  const now = useNow({ updateInterval: 60_000 });
  const state = keyState(item, now);
  const day = (at: string) => format.dateTime(new Date(at), { dateStyle: "medium" });
  const used = item.last_used_at ? new Date(item.last_used_at) : null;
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-3 p-4">
      <span className="grid size-10 shrink-0 place-items-center rounded-full bg-sunken text-muted">
        <KeyRound className="size-5" aria-hidden="true" />
      </span>
      <div className="flex min-w-0 flex-1 basis-52 flex-col gap-1.5">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          <span className="min-w-0 break-words">{item.name}</span>
          <Badge tone={TONES[state]}>{t(`state.${state}`)}</Badge>
        </p>
        <p className="text-muted text-sm">
          <code className="rounded bg-sunken px-1.5 py-0.5 font-mono text-xs">
            obr_{item.prefix}…
          </code>
        </p>
        <p className="text-muted text-sm">
          {used === null
            ? t("neverUsed")
            : t("lastUsed", {
                when: format.relativeTime(Math.min(used.getTime(), now.getTime()), now),
              })}
          {" · "}
          {item.revoked_at
            ? t("revokedAt", { date: day(item.revoked_at) })
            : item.expires_at
              ? t(state === "expired" ? "expiredAt" : "expiresAt", { date: day(item.expires_at) })
              : t("noExpiry")}
        </p>
        <ul aria-label={t("scopes")} className="flex flex-wrap gap-1.5">
          {item.scopes.map((scope) => (
            <li key={scope} className="flex">
              <Badge>{t(`scope.${scope}.name`)}</Badge>
            </li>
          ))}
        </ul>
      </div>
      {state === "active" ? (
        <Button
          tone="secondary"
          className="ms-auto"
          aria-label={t("revokeNamed", { name: item.name })}
          onClick={onRevoke}
        >
          {t("revoke")}
        </Button>
      ) : null}
    </li>
  );
}
