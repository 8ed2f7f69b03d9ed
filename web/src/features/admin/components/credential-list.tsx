// The credentials of a provider, by label; their texts are never shown.
import { Ellipsis, KeyRound, Pencil, Plus, Power, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useFormatter, useNow, useTranslations } from "use-intl";
import { AskFirst } from "@/components/desk/ask-first.tsx";
import { Badge } from "@/components/desk/badge.tsx";
import { Button } from "@/components/ui/button.tsx";
import { IconButton } from "@/components/ui/icon-button.tsx";
import { Menu, MenuItem, MenuSeparator } from "@/components/ui/menu.tsx";
import type { Credential, Provider } from "@/lib/api/types.ts";
import { useChange } from "@/lib/query/use-change.ts";
import { changeCredential, providersQuery, removeCredential } from "../api/providers.ts";
import { CONDITION_TONES } from "../tones.ts";
import { CredentialDialog } from "./credential-dialog.tsx";

export function CredentialList({ provider }: { provider: Provider }) {
  const t = useTranslations("admin.credentials");
  const own = provider.origin === "database";
  const [editing, setEditing] = useState<Credential | "new" | null>(null);
  const [leaving, setLeaving] = useState<Credential | null>(null);
  const touches = [providersQuery.queryKey];
  const power = useChange<Credential>({
    act: (one) => changeCredential(provider.id, one.id, { enabled: one.state === "disabled" }),
    touches,
    loud: true,
  });
  return (
    <div className="flex flex-col gap-1">
      <h4 className="font-medium text-muted text-xs">{t("title")}</h4>
      {provider.credentials.length === 0 ? (
        <p className="text-muted text-sm">{t("none")}</p>
      ) : (
        <ul className="divide-y divide-line">
          {provider.credentials.map((one) => (
            <Row
              key={one.id}
              credential={one}
              menu={
                own ? (
                  <Menu
                    trigger={
                      <IconButton label={t("actions", { label: one.label })} tooltip={false}>
                        <Ellipsis className="size-5" aria-hidden="true" />
                      </IconButton>
                    }
                  >
                    <MenuItem icon={<Pencil />} onSelect={() => setEditing(one)}>
                      {t("edit")}
                    </MenuItem>
                    <MenuItem
                      icon={<Power />}
                      disabled={power.busy}
                      onSelect={() => power.run(one)}
                    >
                      {one.state === "disabled" ? t("enable") : t("disable")}
                    </MenuItem>
                    <MenuSeparator />
                    <MenuItem icon={<Trash2 />} danger onSelect={() => setLeaving(one)}>
                      {t("remove")}
                    </MenuItem>
                  </Menu>
                ) : null
              }
            />
          ))}
        </ul>
      )}
      {own ? (
        <div>
          <Button tone="quiet" onClick={() => setEditing("new")}>
            <Plus className="size-4.5" aria-hidden="true" />
            {t("add")}
          </Button>
        </div>
      ) : null}
      {editing === null ? null : (
        <CredentialDialog
          provider={provider}
          credential={editing === "new" ? null : editing}
          onClose={() => setEditing(null)}
        />
      )}
      <AskFirst
        about={leaving}
        onClose={() => setLeaving(null)}
        act={(one) => removeCredential(provider.id, one.id)}
        touches={touches}
        said={t("removed")}
        title={({ label }) => t("removeTitle", { label })}
        body={() => t("removeBody")}
        label={t("remove")}
      />
    </div>
  );
}

function Row({ credential, menu }: { credential: Credential; menu: ReactNode }) {
  const t = useTranslations("admin.credentials");
  const format = useFormatter();
  const now = useNow({ updateInterval: 60_000 });
  const used = credential.last_used_at ? new Date(credential.last_used_at) : null;
  const reason = credential.disabled_reason;
  const rests = Math.ceil((credential.rests_ms ?? 0) / 1000);
  const state =
    credential.condition !== "resting" || rests === 0
      ? t(`condition.${credential.condition}`)
      : rests < 100
        ? t("restsFor", { seconds: rests })
        : t("restsLong", { minutes: Math.round(rests / 60) });
  return (
    <li className="flex items-center gap-3 py-2">
      <KeyRound className="size-4.5 shrink-0 text-muted" aria-hidden="true" />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2 text-sm">
          <span className="wrap-anywhere font-medium">{credential.label}</span>
          <Badge tone={reason ? "danger" : CONDITION_TONES[credential.condition]}>{state}</Badge>
        </p>
        <p className="text-muted text-xs">
          {[
            t("weight", { weight: credential.weight }),
            used
              ? t("used", {
                  when: format.relativeTime(Math.min(used.getTime(), now.getTime()), now),
                })
              : null,
            reason
              ? t("reason", {
                  reason: t.has(`reasons.${reason}` as "reasons.auth")
                    ? t(`reasons.${reason}` as "reasons.auth")
                    : reason,
                })
              : null,
          ]
            .filter((part) => part !== null)
            .join(" · ")}
        </p>
      </div>
      {menu}
    </li>
  );
}
