// Where this person is logged in; each place can be ended, or all of them.
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Alert } from "@/components/ui/alert.tsx";
import { Button } from "@/components/ui/button.tsx";
import { Confirm } from "@/components/ui/confirm.tsx";
import { Skeleton } from "@/components/ui/skeleton.tsx";
import { toast } from "@/components/ui/toast-store.ts";
import { useProblemText } from "@/lib/i18n/use-problem-text.ts";
import { logoutEverywhere, revokeSession, sessionsQuery } from "../api/sessions.ts";
import { DeviceRow, useDeviceName } from "./device-row.tsx";
import { Section } from "./section.tsx";

export function DevicesPage() {
  const t = useTranslations("settings.devices");
  const common = useTranslations("common");
  const text = useProblemText();
  const nameOf = useDeviceName();
  const client = useQueryClient();
  const sessions = useInfiniteQuery(sessionsQuery);
  const [chosen, setChosen] = useState<string | null>(null);
  const [askAll, setAskAll] = useState(false);
  const [keysToo, setKeysToo] = useState(false);

  const revoke = useMutation({
    mutationFn: revokeSession,
    onSuccess: () => {
      setChosen(null);
      toast(t("revoked"), { tone: "good" });
      return client.invalidateQueries({ queryKey: sessionsQuery.queryKey });
    },
  });
  const everywhere = useMutation({ mutationFn: logoutEverywhere });

  const items = sessions.data?.pages.flatMap((page) => page.items) ?? [];
  const device = items.find((one) => one.id === chosen);

  return (
    <Section title={t("title")} lead={t("lead")}>
      {sessions.isPending ? (
        <div role="status" className="flex flex-col gap-3">
          <span className="sr-only">{common("loading")}</span>
          <Skeleton className="h-20" />
          <Skeleton className="h-20" />
        </div>
      ) : null}
      {sessions.isError ? (
        <Alert
          tone="danger"
          title={t("failed")}
          action={
            <Button tone="secondary" busy={sessions.isFetching} onClick={() => sessions.refetch()}>
              {common("retry")}
            </Button>
          }
        >
          {text(sessions.error)}
        </Alert>
      ) : null}
      {items.length > 0 ? (
        <ul className="divide-y divide-line overflow-hidden rounded-card border border-line bg-surface">
          {items.map((one) => (
            <DeviceRow key={one.id} session={one} onRevoke={() => setChosen(one.id)} />
          ))}
        </ul>
      ) : null}
      {sessions.hasNextPage ? (
        <Button
          tone="quiet"
          busy={sessions.isFetchingNextPage}
          onClick={() => void sessions.fetchNextPage()}
        >
          {t("more")}
        </Button>
      ) : null}
      <div className="flex flex-col items-start gap-2">
        <Button tone="secondary" onClick={() => setAskAll(true)}>
          {t("all")}
        </Button>
        <p className="text-muted text-sm">{t("allHint")}</p>
      </div>
      <Confirm
        open={device !== undefined}
        onOpenChange={(open) => {
          if (!open) {
            setChosen(null);
            revoke.reset();
          }
        }}
        title={t("revokeTitle")}
        description={t("revokeBody", { device: nameOf(device?.user_agent) })}
        confirmLabel={t("revoke")}
        danger
        busy={revoke.isPending}
        error={revoke.isError ? text(revoke.error) : null}
        onConfirm={() => device && revoke.mutate(device.id)}
      />
      <Confirm
        open={askAll}
        onOpenChange={(open) => {
          setAskAll(open);
          if (!open) {
            setKeysToo(false);
            everywhere.reset();
          }
        }}
        title={t("allTitle")}
        description={
          <>
            <p>{t("allBody")}</p>
            <label className="mt-4 flex min-h-11 cursor-pointer items-center gap-3 text-ink">
              <input
                type="checkbox"
                checked={keysToo}
                onChange={(event) => setKeysToo(event.target.checked)}
                className="size-5 accent-accent"
              />
              {t("allKeys")}
            </label>
          </>
        }
        confirmLabel={t("all")}
        danger
        busy={everywhere.isPending}
        error={everywhere.isError ? text(everywhere.error) : null}
        onConfirm={() => everywhere.mutate(keysToo)}
      />
    </Section>
  );
}
