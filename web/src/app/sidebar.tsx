// The side of the signed-in pages: mark, conversations, account. The same in the desktop column and the phone's sheet.
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Logo } from "@/components/ui/logo.tsx";
import { ConversationList } from "@/features/chat/components/conversation-list.tsx";
import type { User } from "@/lib/api/types.ts";
import { AccountMenu } from "./account-menu.tsx";

export interface SidebarProps {
  user: User;
  /** The button that hides the column or closes the sheet. */
  closer: ReactNode;
  onNavigate?: () => void;
}

export function Sidebar({ user, closer, onNavigate }: SidebarProps) {
  const t = useTranslations("nav");
  return (
    <>
      <div className="flex h-15 shrink-0 items-center justify-between ps-4 pe-2">
        <Link
          to="/"
          aria-label={t("home")}
          className="flex min-h-11 items-center rounded-control"
          onClick={() => onNavigate?.()}
        >
          <Logo />
        </Link>
        {closer}
      </div>
      <nav aria-label={t("main")} className="flex min-h-0 flex-1 flex-col">
        <ConversationList {...(onNavigate ? { onNavigate } : {})} />
      </nav>
      <div className="shrink-0 border-line border-t p-2 pb-[max(0.5rem,env(safe-area-inset-bottom))]">
        <AccountMenu user={user} onNavigate={() => onNavigate?.()} />
      </div>
    </>
  );
}
