// A person's API keys: for programs that ask in their name.
import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Loaded } from "@/components/desk/loaded.tsx";
import { cardClass, focusTitle, Page } from "@/components/desk/page.tsx";
import { Button } from "@/components/ui/button.tsx";
import { Confirm } from "@/components/ui/confirm.tsx";
import { Empty } from "@/components/ui/empty.tsx";
import type { ApiKey } from "@/lib/api/types.ts";
import { useChange } from "@/lib/query/use-change.ts";
import { keysQuery, revokeKey } from "../api/keys.ts";
import { KeyDialog } from "./key-dialog.tsx";
import { KeyRow } from "./key-row.tsx";

export function KeysPage({ admin }: { admin: boolean }) {
  const t = useTranslations("keys");
  const client = useQueryClient();
  const keys = useInfiniteQuery(keysQuery);
  const [creating, setCreating] = useState(false);
  const [chosen, setChosen] = useState<ApiKey | null>(null);
  const revoke = useChange<string>({
    act: revokeKey,
    touches: [keysQuery.queryKey],
    said: t("revoked"),
    done: () => {
      setChosen(null);
      focusTitle();
    },
  });
  const create = <Button onClick={() => setCreating(true)}>{t("create")}</Button>;
  return (
    <Page title={t("title")} lead={t("lead")} actions={create}>
      <p className="text-pretty text-muted text-sm">
        {t.rich("how", {
          url: `${location.origin}/v1`,
          code: (parts) => (
            <code className="break-all rounded bg-sunken px-1.5 py-0.5 font-mono text-ink text-xs">
              {parts}
            </code>
          ),
        })}
      </p>
      <Loaded query={keys} failed={t("failed")}>
        {(data) => {
          const items = data.pages.flatMap((page) => page.items);
          if (items.length === 0)
            return (
              <Empty level={3} icon={<KeyRound />} title={t("emptyTitle")}>
                {t("emptyBody")}
              </Empty>
            );
          return (
            <ul className={`${cardClass} divide-y divide-line overflow-hidden`}>
              {items.map((one) => (
                <KeyRow key={one.id} item={one} onRevoke={() => setChosen(one)} />
              ))}
            </ul>
          );
        }}
      </Loaded>
      {keys.hasNextPage ? (
        <Button
          tone="quiet"
          busy={keys.isFetchingNextPage}
          onClick={() => void keys.fetchNextPage()}
        >
          {t("more")}
        </Button>
      ) : null}
      {creating ? (
        <KeyDialog
          admin={admin}
          onClose={() => setCreating(false)}
          onCreated={() => void client.invalidateQueries({ queryKey: keysQuery.queryKey })}
        />
      ) : null}
      <Confirm
        open={chosen !== null}
        onOpenChange={(open) => {
          if (!open) {
            setChosen(null);
            revoke.reset();
          }
        }}
        title={t("revokeTitle")}
        description={t("revokeBody", { name: chosen?.name ?? "" })}
        confirmLabel={t("revoke")}
        danger
        busy={revoke.busy}
        error={revoke.fault}
        onConfirm={() => chosen && revoke.run(chosen.id)}
      />
    </Page>
  );
}
