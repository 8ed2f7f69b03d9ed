// The LLM services: how they are, with which credentials, what can be done about them.
import { useQuery } from "@tanstack/react-query";
import { Plug } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Loaded } from "@/components/desk/loaded.tsx";
import { focusTitle, Page } from "@/components/desk/page.tsx";
import { Button } from "@/components/ui/button.tsx";
import { Confirm } from "@/components/ui/confirm.tsx";
import { Empty } from "@/components/ui/empty.tsx";
import type { Provider } from "@/lib/api/types.ts";
import { useChange } from "@/lib/query/use-change.ts";
import { deleteProvider, providersQuery } from "../api/providers.ts";
import { ProviderCard } from "./provider-card.tsx";
import { ProviderDialog } from "./provider-dialog.tsx";

export function ProvidersPage() {
  const t = useTranslations("admin.providers");
  const providers = useQuery(providersQuery);
  const [editing, setEditing] = useState<Provider | "new" | null>(null);
  const [leaving, setLeaving] = useState<Provider | null>(null);
  const remove = useChange<string>({
    act: deleteProvider,
    touches: [providersQuery.queryKey, ["admin", "models"], ["models"]],
    said: t("deleted"),
    done: () => {
      setLeaving(null);
      focusTitle();
    },
  });
  return (
    <Page
      title={t("title")}
      lead={t("lead")}
      actions={<Button onClick={() => setEditing("new")}>{t("add")}</Button>}
    >
      <Loaded query={providers} failed={t("failed")}>
        {(data) =>
          data.items.length === 0 ? (
            <Empty level={3} icon={<Plug />} title={t("emptyTitle")}>
              {t("emptyBody")}
            </Empty>
          ) : (
            <ul className="flex flex-col gap-4">
              {data.items.map((one) => (
                <ProviderCard
                  key={one.id}
                  provider={one}
                  onEdit={() => setEditing(one)}
                  onDelete={() => setLeaving(one)}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
      {editing === null ? null : (
        <ProviderDialog
          provider={editing === "new" ? null : editing}
          onClose={() => setEditing(null)}
        />
      )}
      <Confirm
        open={leaving !== null}
        onOpenChange={(open) => {
          if (!open) {
            setLeaving(null);
            remove.reset();
          }
        }}
        title={t("deleteTitle", { name: leaving?.name ?? "" })}
        description={t("deleteBody")}
        confirmLabel={t("delete")}
        danger
        busy={remove.busy}
        error={remove.fault}
        onConfirm={() => leaving && remove.run(leaving.id)}
      />
    </Page>
  );
}
