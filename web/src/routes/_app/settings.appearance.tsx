import { createFileRoute } from "@tanstack/react-router";
import { AppearancePage } from "@/features/settings/components/appearance-page.tsx";

export const Route = createFileRoute("/_app/settings/appearance")({ component: AppearancePage });
