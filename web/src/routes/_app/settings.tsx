// The frame around the settings sections.
import { createFileRoute, Outlet } from "@tanstack/react-router";
import { SettingsFrame } from "@/features/settings/components/settings-frame.tsx";

export const Route = createFileRoute("/_app/settings")({ component: Settings });

function Settings() {
  return (
    <SettingsFrame>
      <Outlet />
    </SettingsFrame>
  );
}
