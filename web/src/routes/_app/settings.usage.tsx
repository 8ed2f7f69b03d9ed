import { createFileRoute } from "@tanstack/react-router";
import { MyUsagePage } from "@/features/insights/components/my-usage-page.tsx";
import { LlmTexts } from "@/lib/i18n/llm-texts.tsx";

export const Route = createFileRoute("/_app/settings/usage")({ component: Usage });

function Usage() {
  return (
    <LlmTexts>
      <MyUsagePage />
    </LlmTexts>
  );
}
