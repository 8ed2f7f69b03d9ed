// A strip over the page while the device has no network.
import { WifiOff } from "lucide-react";
import { useTranslations } from "use-intl";
import { useOnline } from "@/lib/net/online.ts";

export function OfflineBanner() {
  const t = useTranslations("offline");
  const online = useOnline();
  return (
    <div role="status" aria-live="polite">
      {online ? null : (
        <p className="flex items-center justify-center gap-2 bg-warn-soft px-4 py-2 text-center text-sm text-warn-ink">
          <WifiOff className="size-4 shrink-0" aria-hidden="true" />
          {t("banner")}
        </p>
      )}
    </div>
  );
}
