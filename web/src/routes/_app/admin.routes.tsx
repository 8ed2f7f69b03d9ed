import { createFileRoute } from "@tanstack/react-router";
import { RoutesPage } from "@/features/admin/components/routes-page.tsx";

export const Route = createFileRoute("/_app/admin/routes")({ component: RoutesPage });
