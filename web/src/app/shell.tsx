// The frame of the signed-in pages: a column at the side on wide screens, a sheet on narrow ones.
import { Menu as MenuIcon, PanelLeft, PanelLeftClose, X } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import { IconButton } from "@/components/ui/icon-button.tsx";
import { Sheet } from "@/components/ui/sheet.tsx";
import { TopBarSlot } from "@/components/ui/top-bar.tsx";
import type { User } from "@/lib/api/types.ts";
import { Sidebar } from "./sidebar.tsx";
import { useSidebarShown } from "./sidebar-shown.ts";
import { useWide } from "./use-wide.ts";

export interface ShellProps {
  user: User;
  children: ReactNode;
}

export function Shell({ user, children }: ShellProps) {
  const t = useTranslations("nav");
  const common = useTranslations("common");
  const wide = useWide();
  const [shown, setShown] = useSidebarShown();
  const [sheet, setSheet] = useState(false);
  const [slot, setSlot] = useState<HTMLElement | null>(null);

  return (
    <div className="flex h-0 min-h-0 w-full grow overflow-hidden">
      {wide && shown ? (
        <aside className="flex w-72 shrink-0 flex-col border-line border-e bg-side">
          <Sidebar
            user={user}
            closer={
              <IconButton label={t("hide")} onClick={() => setShown(false)}>
                <PanelLeftClose className="size-5" aria-hidden="true" />
              </IconButton>
            }
          />
        </aside>
      ) : null}
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <header className="flex h-14 shrink-0 items-center gap-1 px-2">
          {wide ? null : (
            <IconButton label={t("open")} tooltip={false} onClick={() => setSheet(true)}>
              <MenuIcon className="size-5" aria-hidden="true" />
            </IconButton>
          )}
          {wide && !shown ? (
            <IconButton label={t("show")} onClick={() => setShown(true)}>
              <PanelLeft className="size-5" aria-hidden="true" />
            </IconButton>
          ) : null}
          <div ref={setSlot} className="flex min-w-0 flex-1 items-center gap-1" />
        </header>
        <main id="content" tabIndex={-1} className="flex min-h-0 flex-1 flex-col outline-none">
          <TopBarSlot value={slot}>{children}</TopBarSlot>
        </main>
      </div>
      {wide ? null : (
        <Sheet open={sheet} onOpenChange={setSheet} title={t("main")}>
          <Sidebar
            user={user}
            onNavigate={() => setSheet(false)}
            closer={
              <IconButton label={common("close")} tooltip={false} onClick={() => setSheet(false)}>
                <X className="size-5" aria-hidden="true" />
              </IconButton>
            }
          />
        </Sheet>
      )}
    </div>
  );
}
