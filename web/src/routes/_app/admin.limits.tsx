import { createFileRoute } from "@tanstack/react-router";
import { LimitsPage } from "@/features/admin/components/limits-page.tsx";

export const Route = createFileRoute("/_app/admin/limits")({ component: LimitsPage });
