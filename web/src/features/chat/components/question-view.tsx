// What a person said: their words as they are, at the right; can be asked anew in other words.
import { Pencil } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { IconButton } from "@/components/ui/icon-button.tsx";
import { textOf } from "../tree.ts";
import { BranchSwitcher } from "./branch-switcher.tsx";
import { CopyButton } from "./copy-button.tsx";
import { EditQuestion } from "./edit-question.tsx";
import type { TurnViewProps } from "./turn-view.tsx";

export const bubble =
  "max-w-[85%] whitespace-pre-wrap rounded-2xl rounded-ee-md bg-accent-soft px-4 py-2.5 [overflow-wrap:anywhere]";

/** Shown at once by touch; by a mouse only where it points. */
export const actionRow =
  "flex min-h-8 items-center gap-2 transition-opacity focus-within:opacity-100 group-hover/turn:opacity-100 pointer-fine:opacity-0";

export function QuestionView({ turn, busy, ask, chooseBranch }: TurnViewProps) {
  const t = useTranslations("chat.message");
  const [editing, setEditing] = useState(false);
  const text = textOf(turn.message);
  const headingId = `said-${turn.message.id}`;
  return (
    <article aria-labelledby={headingId} className="group/turn flex flex-col items-end gap-1 pt-5">
      <h2 id={headingId} className="sr-only">
        {t("you")}
      </h2>
      {editing ? (
        <EditQuestion
          text={text}
          busy={busy}
          onCancel={() => setEditing(false)}
          onSend={(next) => {
            setEditing(false);
            ask(next, turn.message.parent_id ?? null);
          }}
        />
      ) : (
        <>
          <div className={bubble}>{text}</div>
          <div
            className={
              turn.siblings.length > 1
                ? "-me-2 flex min-h-8 items-center gap-2"
                : `-me-2 ${actionRow}`
            }
          >
            <BranchSwitcher turn={turn} chooseBranch={chooseBranch} />
            <CopyButton text={text} />
            <IconButton
              label={t("edit")}
              size="sm"
              disabled={busy}
              onClick={() => setEditing(true)}
            >
              <Pencil className="size-4" aria-hidden="true" />
            </IconButton>
          </div>
        </>
      )}
    </article>
  );
}
