// Around every page: skip link, network strip, toasts, announcements.
import { Outlet } from "@tanstack/react-router";
import { useTranslations } from "use-intl";
import { Toasts } from "@/components/ui/toasts.tsx";
import { TooltipLayer } from "@/components/ui/tooltip-layer.tsx";
import { OfflineBanner } from "./offline-banner.tsx";
import { RouteAnnouncer } from "./route-announcer.tsx";
import { UpdatePrompt } from "./update-prompt.tsx";

export function RootLayout() {
  const t = useTranslations("common");
  return (
    <div className="flex h-dvh flex-col overflow-hidden">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:start-3 focus:top-3 focus:z-50 focus:rounded-control focus:bg-raised focus:px-4 focus:py-3 focus:text-ink focus:shadow-raised"
      >
        {t("skipToContent")}
      </a>
      <OfflineBanner />
      <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
        <Outlet />
      </div>
      <Toasts />
      <TooltipLayer />
      <RouteAnnouncer />
      <UpdatePrompt />
    </div>
  );
}
