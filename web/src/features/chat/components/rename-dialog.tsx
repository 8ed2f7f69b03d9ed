// Gives a conversation another title.
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button.tsx";
import { Dialog } from "@/components/ui/dialog.tsx";
import { TextField } from "@/components/ui/field.tsx";
import { problemFrom } from "@/lib/api/problem.ts";
import type { Conversation } from "@/lib/api/types.ts";
import { useProblemText } from "@/lib/i18n/use-problem-text.ts";
import { changeConversation } from "../api/conversations.ts";

const LONGEST = 200;

export interface RenameDialogProps {
  conversation: Conversation;
  onClose: () => void;
}

export function RenameDialog({ conversation, onClose }: RenameDialogProps) {
  const t = useTranslations("chat.actions");
  const common = useTranslations("common");
  const client = useQueryClient();
  const problemText = useProblemText();
  const [title, setTitle] = useState(conversation.title ?? "");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | undefined>(undefined);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    // A form inside a menu's tree must not reach the page's own forms.
    event.stopPropagation();
    if (busy) return;
    const wanted = title.trim();
    if (wanted === "") {
      setError(t("titleMissing"));
      return;
    }
    setBusy(true);
    try {
      await changeConversation(client, conversation.id, { title: wanted });
      onClose();
    } catch (cause) {
      setError(problemFrom(cause).faults[0]?.message ?? problemText(cause));
      setBusy(false);
    }
  };

  return (
    <Dialog open onOpenChange={(open) => (open ? undefined : onClose())} title={t("renameTitle")}>
      <form onSubmit={submit} noValidate className="flex flex-col gap-5">
        <TextField
          label={t("titleLabel")}
          value={title}
          maxLength={LONGEST}
          error={error}
          autoComplete="off"
          onFocus={(event) => event.target.select()}
          onChange={(event) => {
            setTitle(event.target.value);
            setError(undefined);
          }}
        />
        <div className="flex justify-end gap-2">
          <Button tone="secondary" onClick={onClose}>
            {common("cancel")}
          </Button>
          <Button type="submit" busy={busy}>
            {common("save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
