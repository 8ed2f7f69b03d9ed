// Who is signed in, and what they can do about it.
import { useNavigate } from "@tanstack/react-router";
import { BookOpen, ChevronsUpDown, LogOut, Settings, SlidersHorizontal } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Avatar } from "@/components/ui/avatar.tsx";
import { Menu, MenuChoices, MenuItem, MenuSeparator } from "@/components/ui/menu.tsx";
import { toast } from "@/components/ui/toast-store.ts";
import { logout } from "@/features/auth/api/logout.ts";
import type { User } from "@/lib/api/types.ts";
import { useProblemText } from "@/lib/i18n/use-problem-text.ts";
import { THEMES, useTheme } from "@/lib/theme/theme.ts";

export interface AccountMenuProps {
  user: User;
  onNavigate: () => void;
}

export function AccountMenu({ user, onNavigate }: AccountMenuProps) {
  const t = useTranslations("nav");
  const themes = useTranslations("theme");
  const text = useProblemText();
  const navigate = useNavigate();
  const [theme, setTheme] = useTheme();
  const [leaving, setLeaving] = useState(false);

  async function leave(): Promise<void> {
    setLeaving(true);
    try {
      await logout();
    } catch (cause) {
      toast(text(cause), { tone: "danger" });
      setLeaving(false);
    }
  }

  return (
    <Menu
      side="top"
      align="start"
      trigger={
        <button
          type="button"
          className="flex min-h-12 w-full items-center gap-3 rounded-control px-2 text-start hover:bg-hover data-[state=open]:bg-hover"
        >
          <Avatar name={user.display_name} />
          <span className="min-w-0 flex-1">
            <span className="sr-only">{t("account")}</span>
            <span className="block truncate font-medium text-sm">{user.display_name}</span>
            <span className="block truncate text-muted text-xs">{user.email}</span>
          </span>
          <ChevronsUpDown className="size-4 shrink-0 text-muted" aria-hidden="true" />
        </button>
      }
    >
      <MenuItem
        icon={<Settings />}
        onSelect={() => {
          onNavigate();
          void navigate({ to: "/settings/profile" });
        }}
      >
        {t("settings")}
      </MenuItem>
      {user.role === "admin" ? (
        <MenuItem
          icon={<SlidersHorizontal />}
          onSelect={() => {
            onNavigate();
            void navigate({ to: "/admin" });
          }}
        >
          {t("admin")}
        </MenuItem>
      ) : null}
      <MenuItem
        icon={<BookOpen />}
        onSelect={() => window.open("/docs/manual", "_blank", "noopener")}
      >
        {t("manual")}
      </MenuItem>
      <MenuSeparator />
      <MenuChoices
        label={themes("label")}
        value={theme}
        onChange={(value) => {
          const next = THEMES.find((one) => one === value);
          if (next) setTheme(next);
        }}
        choices={THEMES.map((one) => ({ value: one, label: themes(one) }))}
      />
      <MenuSeparator />
      <MenuItem icon={<LogOut />} disabled={leaving} onSelect={() => void leave()}>
        {t("logout")}
      </MenuItem>
    </Menu>
  );
}
