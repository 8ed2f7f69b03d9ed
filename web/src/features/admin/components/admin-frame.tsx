// The area of administrators: sections beside the chosen one, a list on phones.
import { Link, useLocation, useNavigate } from "@tanstack/react-router";
import {
  ChartColumn,
  Gauge,
  Layers,
  Plug,
  Route,
  ShieldAlert,
  SlidersHorizontal,
  Wallet,
} from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { SelectField } from "@/components/desk/select-field.tsx";
import { TopBar } from "@/components/ui/top-bar.tsx";

const SECTIONS = [
  { to: "/admin", name: "overview", Icon: Gauge },
  { to: "/admin/providers", name: "providers", Icon: Plug },
  { to: "/admin/models", name: "models", Icon: Layers },
  { to: "/admin/routes", name: "routes", Icon: Route },
  { to: "/admin/limits", name: "limits", Icon: Wallet },
  { to: "/admin/rules", name: "rules", Icon: ShieldAlert },
  { to: "/admin/usage", name: "usage", Icon: ChartColumn },
  { to: "/admin/settings", name: "settings", Icon: SlidersHorizontal },
] as const;

const linkClass =
  "flex min-h-11 items-center gap-2.5 rounded-control px-3 text-muted text-sm hover:bg-hover hover:text-ink aria-[current=page]:bg-hover aria-[current=page]:font-medium aria-[current=page]:text-ink";

export function AdminFrame({ children }: { children: ReactNode }) {
  const t = useTranslations("admin");
  const navigate = useNavigate();
  const path = useLocation({ select: (location) => location.pathname.replace(/\/$/, "") });
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <TopBar>
        <h1 className="truncate px-2 font-semibold">{t("title")}</h1>
      </TopBar>
      <div className="mx-auto flex max-w-6xl flex-col gap-6 px-4 pt-2 pb-16 sm:px-6 md:flex-row md:gap-8 md:pt-6">
        <nav aria-label={t("sections")} className="md:w-48 md:shrink-0">
          <SelectField
            label={t("section")}
            className="md:hidden"
            value={path}
            choices={SECTIONS.map(({ to, name }) => ({ value: to, label: t(`${name}.title`) }))}
            onChange={(event) => {
              const chosen = SECTIONS.find(({ to }) => to === event.target.value);
              if (chosen) void navigate({ to: chosen.to });
            }}
          />
          <ul className="flex flex-col gap-1 max-md:hidden">
            {SECTIONS.map(({ to, name, Icon }) => (
              <li key={name}>
                <Link
                  to={to}
                  activeOptions={{ exact: true, includeSearch: false }}
                  className={linkClass}
                >
                  <Icon className="size-4.5 shrink-0" aria-hidden="true" />
                  {t(`${name}.title`)}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className="min-w-0 flex-1">{children}</div>
      </div>
    </div>
  );
}
