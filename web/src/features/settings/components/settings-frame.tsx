// The settings page: sections to choose from at the top or side, the chosen one beside it.
import { Link } from "@tanstack/react-router";
import { ChartColumn, KeyRound, Palette, ShieldCheck, UserRound } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { TopBar } from "@/components/ui/top-bar.tsx";
import { usePageTitle } from "@/lib/a11y/page-title.ts";

const linkClass =
  "flex min-h-11 shrink-0 items-center gap-2.5 rounded-control px-3 text-muted text-sm hover:bg-hover hover:text-ink aria-[current=page]:bg-hover aria-[current=page]:font-medium aria-[current=page]:text-ink";

const SECTIONS = [
  { name: "profile", Icon: UserRound },
  { name: "appearance", Icon: Palette },
  { name: "devices", Icon: ShieldCheck },
  { name: "keys", Icon: KeyRound },
  { name: "usage", Icon: ChartColumn },
] as const;

export function SettingsFrame({ children }: { children: ReactNode }) {
  const t = useTranslations("settings");
  usePageTitle(t("title"));
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <TopBar>
        <h1 className="truncate px-2 font-semibold">{t("title")}</h1>
      </TopBar>
      <div className="mx-auto flex max-w-4xl flex-col gap-6 px-4 pt-4 pb-16 sm:px-8 md:flex-row md:gap-10 md:pt-10">
        <nav aria-label={t("sections")} className="md:w-62 md:shrink-0">
          <ul className="flex flex-col gap-1">
            {SECTIONS.map(({ name, Icon }) => (
              <li key={name}>
                <Link to={`/settings/${name}`} className={linkClass}>
                  <Icon className="size-4.5 shrink-0" aria-hidden="true" />
                  {t(`${name}.title`)}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className="min-w-0 max-w-2xl flex-1">{children}</div>
      </div>
    </div>
  );
}
