// One device in the list.
import { Monitor, Smartphone } from "lucide-react";
import { useFormatter, useNow, useTranslations } from "use-intl";
import { Button } from "@/components/ui/button.tsx";
import type { Session } from "@/lib/api/types.ts";
import { deviceOf, isHandheld } from "@/lib/format/device.ts";

export function useDeviceName(): (userAgent: string | null | undefined) => string {
  const t = useTranslations("settings.devices");
  return (userAgent) => {
    const { browser, system } = deviceOf(userAgent);
    if (browser && system) return t("on", { browser, system });
    return browser ?? system ?? t("unknown");
  };
}

export interface DeviceRowProps {
  session: Session;
  onRevoke: () => void;
}

export function DeviceRow({ session, onRevoke }: DeviceRowProps) {
  const t = useTranslations("settings.devices");
  const format = useFormatter();
  const now = useNow({ updateInterval: 60_000 });
  const name = useDeviceName()(session.user_agent);
  const Icon = isHandheld(session.user_agent) ? Smartphone : Monitor;
  const seen = new Date(session.last_seen_at);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 p-4">
      <span className="grid size-10 shrink-0 place-items-center rounded-full bg-sunken text-muted">
        <Icon className="size-5" aria-hidden="true" />
      </span>
      <div className="min-w-0 flex-1 basis-40">
        <p className="flex flex-wrap items-center gap-x-2 font-medium">
          {name}
          {session.current ? (
            <span className="rounded-full bg-good-soft px-2 py-0.5 font-medium text-good-ink text-xs">
              {t("current")}
            </span>
          ) : null}
        </p>
        <p className="text-muted text-sm">
          {session.current
            ? t("started", {
                date: format.dateTime(new Date(session.created_at), { dateStyle: "medium" }),
              })
            : t("active", { when: format.relativeTime(seen < now ? seen : now, now) })}
          {session.source_ip ? ` · ${t("from", { address: session.source_ip })}` : null}
        </p>
      </div>
      {session.current ? null : (
        <Button
          tone="secondary"
          className="ms-auto"
          aria-label={t("revokeNamed", { device: name })}
          onClick={onRevoke}
        >
          {t("revoke")}
        </Button>
      )}
    </li>
  );
}
