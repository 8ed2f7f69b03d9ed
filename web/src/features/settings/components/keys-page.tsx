// A person's API keys: for programs that ask in their name.
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useTranslations } from "use-intl";
import { ListPage } from "@/components/desk/list-page.tsx";
import { cardClass } from "@/components/desk/page.tsx";
import { keysQuery, revokeKey } from "../api/keys.ts";
import { KeyDialog } from "./key-dialog.tsx";
import { KeyRow } from "./key-row.tsx";

export function KeysPage({ admin, email }: { admin: boolean; email: string }) {
  const t = useTranslations("keys");
  const client = useQueryClient();
  return (
    <ListPage
      title={t("title")}
      lead={t("lead")}
      query={useInfiniteQuery(keysQuery)}
      failed={t("failed")}
      empty={{ icon: <KeyRound />, title: t("emptyTitle"), body: t("emptyBody") }}
      more={t("more")}
      add={t("create")}
      form={(_, close) => (
        <KeyDialog
          admin={admin}
          email={email}
          onClose={close}
          onCreated={() => void client.invalidateQueries({ queryKey: keysQuery.queryKey })}
        />
      )}
      removal={{
        act: (one) => revokeKey(one.id),
        touches: [keysQuery.queryKey],
        said: t("revoked"),
        title: () => t("revokeTitle"),
        body: ({ name }) => t("revokeBody", { name }),
        label: t("revoke"),
      }}
      above={
        <p className="text-pretty text-muted text-sm">
          {t.rich("how", {
            url: `${location.origin}/v1`,
            code: (parts) => (
              <code className="wrap-anywhere rounded bg-sunken px-1.5 py-0.5 font-mono text-ink text-xs">
                {parts}
              </code>
            ),
          })}
        </p>
      }
    >
      {(keys, { remove }) => (
        <ul className={`${cardClass} divide-y divide-line overflow-hidden`}>
          {keys.map((one) => (
            <KeyRow key={one.id} item={one} onRevoke={() => remove(one)} />
          ))}
        </ul>
      )}
    </ListPage>
  );
}
