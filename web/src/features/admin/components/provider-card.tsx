// One provider: its state at a glance, its credentials and its models below.
import { Ellipsis, Pencil, Power, Trash2, Zap } from "lucide-react";
import { useTranslations } from "use-intl";
import { Badge } from "@/components/desk/badge.tsx";
import { cardClass } from "@/components/desk/page.tsx";
import { Button } from "@/components/ui/button.tsx";
import { IconButton } from "@/components/ui/icon-button.tsx";
import { Menu, MenuItem, MenuSeparator } from "@/components/ui/menu.tsx";
import { toast } from "@/components/ui/toast-store.ts";
import type { Provider } from "@/lib/api/types.ts";
import { useMoney } from "@/lib/money/use-money.ts";
import { useChange } from "@/lib/query/use-change.ts";
import {
  PROVIDER_TOUCHES,
  probeProvider,
  providersQuery,
  switchProvider,
} from "../api/providers.ts";
import { CREDIT_TONES } from "../tones.ts";
import { CredentialList } from "./credential-list.tsx";
import { HealthTable } from "./health-table.tsx";

export interface ProviderCardProps {
  provider: Provider;
  onEdit: () => void;
  onDelete: () => void;
}

export function ProviderCard({ provider, onEdit, onDelete }: ProviderCardProps) {
  const t = useTranslations("admin.providers");
  const levels = useTranslations("admin.overview.levels");
  const { money } = useMoney();
  const { health, credits, name } = provider;
  const own = provider.origin === "database";
  const id = `provider-${provider.id}`;
  const test = useChange({
    act: async () => {
      const probe = await probeProvider(provider.id);
      toast(t("probeGood", { name, count: probe.models, ms: probe.took_ms }), { tone: "good" });
    },
    touches: [providersQuery.queryKey],
    loud: true,
  });
  const power = useChange<boolean>({
    act: (enabled) => switchProvider(provider.id, enabled),
    touches: PROVIDER_TOUCHES,
    loud: true,
  });
  const open = health?.models.filter((one) => one.breaker !== "closed").length ?? 0;
  return (
    <li>
      <article aria-labelledby={id} className={`${cardClass} flex flex-col gap-4 p-4 sm:p-5`}>
        <div className="flex flex-wrap items-start gap-x-2 gap-y-1">
          <h3
            id={id}
            className="flex min-h-11 min-w-0 flex-1 flex-wrap items-center gap-2 font-semibold"
          >
            <span className="min-w-0 wrap-anywhere">{name}</span>
            <Badge tone={provider.enabled ? (open > 0 ? "warn" : "good") : "plain"}>
              {provider.enabled ? (open > 0 ? t("troubled", { count: open }) : t("on")) : t("off")}
            </Badge>
            {own && provider.private_network ? <Badge>{t("private")}</Badge> : null}
            {credits ? (
              <Badge tone={CREDIT_TONES[credits.level]}>
                {credits.remaining_micros === null || credits.remaining_micros === undefined
                  ? levels(credits.level)
                  : t("creditLeft", { sum: money(credits.remaining_micros) })}
              </Badge>
            ) : null}
          </h3>
          {own ? (
            <Button tone="secondary" busy={test.busy} onClick={() => test.run()}>
              <Zap className="size-4.5 max-sm:hidden" aria-hidden="true" />
              {t("test")}
            </Button>
          ) : null}
          {own ? (
            <Menu
              trigger={
                <IconButton label={t("actions", { name })} tooltip={false}>
                  <Ellipsis className="size-5" aria-hidden="true" />
                </IconButton>
              }
            >
              <MenuItem icon={<Pencil />} onSelect={onEdit}>
                {t("edit")}
              </MenuItem>
              <MenuItem
                icon={<Power />}
                disabled={power.busy}
                onSelect={() => power.run(!provider.enabled)}
              >
                {provider.enabled ? t("turnOff") : t("turnOn")}
              </MenuItem>
              <MenuSeparator />
              <MenuItem icon={<Trash2 />} danger onSelect={onDelete}>
                {t("delete")}
              </MenuItem>
            </Menu>
          ) : null}
          <p className="basis-full wrap-anywhere text-muted text-sm">
            {t.has(`kinds.${provider.kind}` as "kinds.openai")
              ? t(`kinds.${provider.kind}` as "kinds.openai")
              : provider.kind}
            {provider.base_url === "" ? null : ` · ${provider.base_url}`}
          </p>
        </div>
        {provider.origin === "database" ? null : (
          <p className="rounded-control bg-sunken px-3 py-2 text-muted text-sm">
            {t(`origin.${provider.origin}`)}
          </p>
        )}
        {health ? (
          <dl className="grid grid-cols-3 gap-2 text-sm">
            {(["in_flight", "limit", "waiting"] as const).map((one) => (
              <div key={one} className="rounded-control bg-sunken px-3 py-2">
                <dt className="text-muted text-xs">{t(`load.${one}`)}</dt>
                <dd className="font-semibold tabular-nums">{health[one]}</dd>
              </div>
            ))}
          </dl>
        ) : (
          <p className="text-muted text-sm">{t("noHealth")}</p>
        )}
        {health && health.models.length > 0 ? <HealthTable models={health.models} /> : null}
        {provider.origin === "built_in" ? null : <CredentialList provider={provider} />}
      </article>
    </li>
  );
}
