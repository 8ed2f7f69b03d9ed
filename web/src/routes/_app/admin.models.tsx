import { createFileRoute } from "@tanstack/react-router";
import { ModelsPage } from "@/features/admin/components/models-page.tsx";

export const Route = createFileRoute("/_app/admin/models")({ component: ModelsPage });
