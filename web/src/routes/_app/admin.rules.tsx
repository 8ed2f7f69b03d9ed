import { createFileRoute } from "@tanstack/react-router";
import { RulesPage } from "@/features/admin/components/rules-page.tsx";

export const Route = createFileRoute("/_app/admin/rules")({ component: RulesPage });
