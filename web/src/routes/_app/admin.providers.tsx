import { createFileRoute } from "@tanstack/react-router";
import { ProvidersPage } from "@/features/admin/components/providers-page.tsx";

export const Route = createFileRoute("/_app/admin/providers")({ component: ProvidersPage });
