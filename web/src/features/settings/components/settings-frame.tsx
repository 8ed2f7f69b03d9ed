// What a person sets, and what belongs to them.
import { ChartColumn, KeyRound, Palette, ShieldCheck, UserRound } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { SectionFrame } from "@/components/desk/section-frame.tsx";

const SECTIONS = [
  { name: "profile", Icon: UserRound },
  { name: "appearance", Icon: Palette },
  { name: "devices", Icon: ShieldCheck },
  { name: "keys", Icon: KeyRound },
  { name: "usage", Icon: ChartColumn },
] as const;

export function SettingsFrame({ children }: { children: ReactNode }) {
  const t = useTranslations("settings");
  return (
    <SectionFrame
      narrow
      title={t("title")}
      sections={t("sections")}
      section={t("section")}
      items={SECTIONS.map(({ name, Icon }) => ({
        to: `/settings/${name}` as const,
        label: t(`${name}.title`),
        Icon,
      }))}
    >
      {children}
    </SectionFrame>
  );
}
