import { createFileRoute } from "@tanstack/react-router";
import { KeysPage } from "@/features/settings/components/keys-page.tsx";
import { LlmTexts } from "@/lib/i18n/llm-texts.tsx";
import { useUser } from "@/lib/session/use-session.ts";

export const Route = createFileRoute("/_app/settings/keys")({ component: Keys });

function Keys() {
  const user = useUser();
  return (
    <LlmTexts>
      <KeysPage admin={user?.role === "admin"} email={user?.email ?? ""} />
    </LlmTexts>
  );
}
