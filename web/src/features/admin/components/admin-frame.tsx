// The area of administrators.
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
import { SectionFrame } from "@/components/desk/section-frame.tsx";

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

export function AdminFrame({ children }: { children: ReactNode }) {
  const t = useTranslations("admin");
  return (
    <SectionFrame
      title={t("title")}
      sections={t("sections")}
      section={t("section")}
      items={SECTIONS.map(({ to, name, Icon }) => ({ to, label: t(`${name}.title`), Icon }))}
    >
      {children}
    </SectionFrame>
  );
}
