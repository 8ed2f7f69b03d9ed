import { createFileRoute } from "@tanstack/react-router";
import { DevicesPage } from "@/features/settings/components/devices-page.tsx";

export const Route = createFileRoute("/_app/settings/devices")({ component: DevicesPage });
