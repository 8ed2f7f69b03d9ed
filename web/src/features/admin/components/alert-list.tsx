// What asks for attention; whoever has dealt with it says so.
import { useInfiniteQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, TriangleAlert } from "lucide-react";
import { useState } from "react";
import { useFormatter, useNow, useTranslations } from "use-intl";
import { Badge } from "@/components/desk/badge.tsx";
import { Listed } from "@/components/desk/listed.tsx";
import { cardClass, focusTitle } from "@/components/desk/page.tsx";
import { Switch } from "@/components/desk/switch.tsx";
import { Button } from "@/components/ui/button.tsx";
import type { Alert } from "@/lib/api/types.ts";
import { useChange } from "@/lib/query/use-change.ts";
import { ALERTS, alertsQuery, resolveAlert } from "../api/alerts.ts";
import { useAlertText } from "./use-alert-text.ts";

export function AlertList() {
  const t = useTranslations("admin.overview");
  const [all, setAll] = useState(false);
  const alerts = useInfiniteQuery(alertsQuery(!all));
  const resolve = useChange<string>({
    act: resolveAlert,
    touches: [ALERTS],
    said: t("resolved"),
    done: focusTitle,
    loud: true,
  });
  return (
    <>
      <Switch label={t("showResolved")} checked={all} onChange={setAll} />
      <Listed
        query={alerts}
        failed={t("alertsFailed")}
        rows={2}
        more={t("more")}
        empty={
          <p className="flex items-center gap-3 rounded-card bg-good-soft px-4 py-3 text-good-ink text-sm">
            <CircleCheck className="size-5 shrink-0" aria-hidden="true" />
            {t("noAlerts")}
          </p>
        }
      >
        {(items) => (
          <ul className={`${cardClass} divide-y divide-line`}>
            {items.map((one) => (
              <AlertRow
                key={one.id}
                alert={one}
                busy={resolve.value === one.id}
                onResolve={() => resolve.run(one.id)}
              />
            ))}
          </ul>
        )}
      </Listed>
    </>
  );
}

interface AlertRowProps {
  alert: Alert;
  busy: boolean;
  onResolve: () => void;
}

function AlertRow({ alert, busy, onResolve }: AlertRowProps) {
  const t = useTranslations("admin.overview");
  const format = useFormatter();
  const now = useNow({ updateInterval: 60_000 });
  const at = new Date(alert.at);
  const { name, text } = useAlertText()(alert);
  const critical = alert.level === "critical";
  const Icon = critical ? CircleAlert : TriangleAlert;
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-2 p-4">
      <Icon
        className={`mt-0.5 size-5 shrink-0 ${critical ? "text-danger-ink" : "text-warn-ink"}`}
        aria-hidden="true"
      />
      <div className="min-w-0 flex-1 basis-48 text-sm">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          {name}
          <Badge tone={alert.resolved_at ? "plain" : critical ? "danger" : "warn"}>
            {alert.resolved_at ? t("isResolved") : t(`alertLevels.${alert.level}`)}
          </Badge>
        </p>
        <p className="break-words text-muted">{text}</p>
        <p className="text-muted text-xs">
          <time dateTime={alert.at}>{format.relativeTime(at < now ? at : now, now)}</time>
        </p>
      </div>
      {alert.resolved_at ? null : (
        <Button
          tone="secondary"
          className="ms-auto"
          busy={busy}
          aria-label={t("resolveNamed", {
            name: [name, alert.provider].filter(Boolean).join(", "),
          })}
          onClick={onResolve}
        >
          {t("resolve")}
        </Button>
      )}
    </li>
  );
}
