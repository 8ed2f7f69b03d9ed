// Where this person is logged in; each place can be ended, or all of them.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { AskFirst } from "@/components/desk/ask-first.tsx";
import { ListPage } from "@/components/desk/list-page.tsx";
import { cardClass } from "@/components/desk/page.tsx";
import { Button } from "@/components/ui/button.tsx";
import { logoutEverywhere, revokeSession, sessionsQuery } from "../api/sessions.ts";
import { DeviceRow, useDeviceName } from "./device-row.tsx";

export function DevicesPage() {
  const t = useTranslations("settings.devices");
  const nameOf = useDeviceName();
  const [askAll, setAskAll] = useState(false);
  const [keysToo, setKeysToo] = useState(false);
  return (
    <ListPage
      title={t("title")}
      lead={t("lead")}
      query={useInfiniteQuery(sessionsQuery)}
      failed={t("failed")}
      // Whoever looks is logged in here.
      empty=""
      more={t("more")}
      removal={{
        act: (one) => revokeSession(one.id),
        touches: [sessionsQuery.queryKey],
        said: t("revoked"),
        title: () => t("revokeTitle"),
        body: (one) => t("revokeBody", { device: nameOf(one.user_agent) }),
        label: t("revoke"),
      }}
      below={
        <div className="flex flex-col items-start gap-2">
          <Button tone="secondary" onClick={() => setAskAll(true)}>
            {t("all")}
          </Button>
          <p className="text-muted text-sm">{t("allHint")}</p>
          <AskFirst
            about={askAll || null}
            onClose={() => {
              setAskAll(false);
              setKeysToo(false);
            }}
            act={() => logoutEverywhere(keysToo)}
            touches={[]}
            title={() => t("allTitle")}
            body={() => (
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
            )}
            label={t("all")}
          />
        </div>
      }
    >
      {(sessions, { remove }) => (
        <ul className={`${cardClass} divide-y divide-line overflow-hidden`}>
          {sessions.map((one) => (
            <DeviceRow key={one.id} session={one} onRevoke={() => remove(one)} />
          ))}
        </ul>
      )}
    </ListPage>
  );
}
