// Registers the service worker when the page is idle, and offers a new version instead of forcing it.
import { useEffect, useRef } from "react";
import { useTranslations } from "use-intl";
import { toast } from "@/components/ui/toast-store.ts";

const CHECK_MS = 30 * 60_000;
const FOREVER_MS = 24 * 60 * 60_000;

export function UpdatePrompt() {
  const t = useTranslations("pwa");
  const words = useRef({ ready: "", reload: "" });
  words.current = { ready: t("ready"), reload: t("reload") };

  useEffect(() => {
    if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
    let checks: ReturnType<typeof setInterval> | undefined;
    const start = async () => {
      const { registerSW } = await import("virtual:pwa-register");
      const update = registerSW({
        onNeedRefresh: () =>
          toast(words.current.ready, {
            action: { label: words.current.reload, run: () => void update(true) },
            stay: FOREVER_MS,
          }),
        onRegisteredSW: (_url, registration) => {
          checks = setInterval(() => void registration?.update().catch(() => {}), CHECK_MS);
        },
      });
    };
    const timer = setTimeout(() => void start(), 4_000);
    return () => {
      clearTimeout(timer);
      clearInterval(checks);
    };
  }, []);
  return null;
}
