// The LLM services: how they are, with which credentials, what can be done about them.
import { useQuery } from "@tanstack/react-query";
import { Plug } from "lucide-react";
import { useTranslations } from "use-intl";
import { ListPage } from "@/components/desk/list-page.tsx";
import { deleteProvider, PROVIDER_TOUCHES, providersQuery } from "../api/providers.ts";
import { ProviderCard } from "./provider-card.tsx";
import { ProviderDialog } from "./provider-dialog.tsx";

export function ProvidersPage() {
  const t = useTranslations("admin.providers");
  return (
    <ListPage
      title={t("title")}
      lead={t("lead")}
      query={useQuery(providersQuery)}
      failed={t("failed")}
      empty={{ icon: <Plug />, title: t("emptyTitle"), body: t("emptyBody") }}
      add={t("add")}
      form={(provider, close) => <ProviderDialog provider={provider} onClose={close} />}
      removal={{
        act: (one) => deleteProvider(one.id),
        touches: PROVIDER_TOUCHES,
        said: t("deleted"),
        title: ({ name }) => t("deleteTitle", { name }),
        body: () => t("deleteBody"),
        label: t("delete"),
      }}
    >
      {(providers, { edit, remove }) => (
        <ul className="flex flex-col gap-4">
          {providers.map((one) => (
            <ProviderCard
              key={one.id}
              provider={one}
              onEdit={() => edit(one)}
              onDelete={() => remove(one)}
            />
          ))}
        </ul>
      )}
    </ListPage>
  );
}
