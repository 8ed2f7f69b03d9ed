// A question that the server does not have yet, and what becomes of it.
import { CircleAlert, CloudOff } from "lucide-react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button.tsx";
import { Spinner } from "@/components/ui/spinner.tsx";
import { problemText, type Texts } from "@/lib/api/problem.ts";
import { outbox } from "../api/live.ts";
import type { OutboxItem } from "../outbox.ts";
import { bubble } from "./question-view.tsx";

export interface PendingQuestionProps {
  item: OutboxItem;
  onTakeBack: (text: string) => void;
}

export function PendingQuestion({ item, onTakeBack }: PendingQuestionProps) {
  const t = useTranslations("chat.send");
  const said = useTranslations("chat.message");
  const problems = useTranslations("problem");
  const headingId = `said-${item.clientMessageId}`;
  const fault = item.problem?.errors?.[0]?.message;
  const why =
    item.problem === null ? "" : (fault ?? problemText(problems as unknown as Texts, item.problem));
  return (
    <article aria-labelledby={headingId} className="flex flex-col items-end gap-1 pt-5">
      <h2 id={headingId} className="sr-only">
        {said("you")}
      </h2>
      <div className={bubble}>{item.text}</div>
      <div
        role="status"
        className="flex min-h-8 max-w-[85%] flex-wrap items-center justify-end gap-x-3 gap-y-1 text-muted text-xs"
      >
        {item.state === "sending" ? (
          <span className="flex items-center gap-1.5">
            <Spinner className="size-3.5" />
            {t("sending")}
          </span>
        ) : null}
        {item.state === "waiting" ? (
          <span className="flex items-center gap-1.5 text-warn-ink">
            <CloudOff className="size-4 shrink-0" aria-hidden="true" />
            {t("waiting")}
          </span>
        ) : null}
        {item.state === "failed" ? (
          <span className="flex items-start gap-1.5 text-danger-ink">
            <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
            <span>
              {t("failed")}: {why}
            </span>
          </span>
        ) : null}
        {item.state === "sending" ? null : (
          <span className="flex items-center gap-1">
            <Button tone="quiet" onClick={() => outbox.retry(item.clientMessageId)}>
              {t("retry")}
            </Button>
            <Button
              tone="quiet"
              onClick={() => {
                const taken = outbox.discard(item.clientMessageId);
                if (taken !== null) onTakeBack(taken.text);
              }}
            >
              {t("discard")}
            </Button>
          </span>
        )}
      </div>
    </article>
  );
}
