// The words for a failure; for faults of the server also the request id, which its log knows.
import { useCallback } from "react";
import { useTranslations } from "use-intl";
import { problemFrom, problemText, type Texts } from "@/lib/api/problem.ts";

export function useProblemText(): (error: unknown) => string {
  const texts = useTranslations("problem");
  const t = useTranslations("errors");
  return useCallback(
    (error: unknown) => {
      const { problem } = problemFrom(error);
      const message = problemText(texts as unknown as Texts, problem);
      return problem.status === 500 && problem.request_id
        ? t("withId", { message, id: problem.request_id })
        : message;
    },
    [t, texts],
  );
}
