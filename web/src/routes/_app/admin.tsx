// The area of administrators; for everybody else there is nothing here.
import { createFileRoute, Outlet } from "@tanstack/react-router";
import { NothingHere } from "@/app/not-found.tsx";
import { AdminFrame } from "@/features/admin/components/admin-frame.tsx";
import { LlmTexts } from "@/lib/i18n/llm-texts.tsx";
import { useUser } from "@/lib/session/use-session.ts";

export const Route = createFileRoute("/_app/admin")({ component: Admin });

function Admin() {
  const user = useUser();
  if (user?.role !== "admin") return <NothingHere />;
  return (
    <LlmTexts>
      <AdminFrame>
        <Outlet />
      </AdminFrame>
    </LlmTexts>
  );
}
