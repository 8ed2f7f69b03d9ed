// Words a question anew: what was said stays as another branch.
import { useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button.tsx";
import { byTouch } from "../by-touch.ts";
import { countPoints } from "../code-points.ts";
import { useAutoHeight } from "../use-auto-height.ts";
import { LONGEST_MESSAGE } from "./composer.tsx";

export interface EditQuestionProps {
  text: string;
  busy: boolean;
  onCancel: () => void;
  onSend: (text: string) => void;
}

const TALLEST_PX = 320;

export function EditQuestion({ text, busy, onCancel, onSend }: EditQuestionProps) {
  const t = useTranslations("chat.message");
  const common = useTranslations("common");
  const [draft, setDraft] = useState(text);
  const field = useRef<HTMLTextAreaElement>(null);
  const tooLong = countPoints(draft) > LONGEST_MESSAGE;
  const sendable = !busy && !tooLong && draft.trim() !== "";

  useEffect(() => {
    const area = field.current;
    area?.focus();
    area?.setSelectionRange(area.value.length, area.value.length);
  }, []);

  useAutoHeight(field, draft, TALLEST_PX);

  return (
    <form
      className="mb-3 w-full rounded-card border border-edge bg-surface p-2 focus-within:border-accent"
      onSubmit={(event) => {
        event.preventDefault();
        if (sendable) onSend(draft);
      }}
    >
      <textarea
        ref={field}
        value={draft}
        rows={1}
        aria-label={t("editLabel")}
        aria-invalid={tooLong || undefined}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => {
          const { isComposing, keyCode } = event.nativeEvent;
          if (isComposing || keyCode === 229) return;
          if (event.key === "Escape") {
            event.preventDefault();
            event.stopPropagation();
            onCancel();
          } else if (event.key === "Enter" && !event.shiftKey && !byTouch()) {
            event.preventDefault();
            if (sendable) onSend(draft);
          }
        }}
        className="min-h-11 w-full resize-none bg-transparent px-2 py-2 text-base leading-6 focus:outline-none"
      />
      <div className="flex justify-end gap-2">
        <Button tone="quiet" onClick={onCancel}>
          {common("cancel")}
        </Button>
        <Button type="submit" disabled={!sendable}>
          {t("send")}
        </Button>
      </div>
    </form>
  );
}
