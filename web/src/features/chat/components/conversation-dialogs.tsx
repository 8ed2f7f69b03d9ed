// The dialogs behind the menu of a conversation, fetched apart from the list: most visits never open one.
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Confirm } from "@/components/ui/confirm.tsx";
import { toast } from "@/components/ui/toast-store.ts";
import type { Conversation } from "@/lib/api/types.ts";
import { useProblemText } from "@/lib/i18n/use-problem-text.ts";
import { deleteConversation } from "../api/conversations.ts";
import { RenameDialog } from "./rename-dialog.tsx";

export interface ConversationDialogsProps {
  conversation: Conversation;
  dialog: "rename" | "delete";
  onClose: () => void;
}

export default function ConversationDialogs({
  conversation,
  dialog,
  onClose,
}: ConversationDialogsProps) {
  return dialog === "rename" ? (
    <RenameDialog conversation={conversation} onClose={onClose} />
  ) : (
    <DeleteDialog conversation={conversation} onClose={onClose} />
  );
}

function DeleteDialog({ conversation, onClose }: Omit<ConversationDialogsProps, "dialog">) {
  const t = useTranslations("chat.actions");
  const chat = useTranslations("chat");
  const client = useQueryClient();
  const navigate = useNavigate();
  const params = useParams({ strict: false });
  const problemText = useProblemText();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const remove = async () => {
    setBusy(true);
    setError(null);
    try {
      const looking = params.conversationId === conversation.id;
      if (looking) await navigate({ to: "/" });
      await deleteConversation(client, conversation.id);
      onClose();
      toast(t("deleted"));
    } catch (cause) {
      setError(problemText(cause));
    } finally {
      setBusy(false);
    }
  };

  return (
    <Confirm
      open
      onOpenChange={(open) => {
        if (!open && !busy) onClose();
      }}
      title={t("deleteTitle")}
      description={t("deleteBody", { title: conversation.title ?? chat("untitled") })}
      confirmLabel={t("deleteConfirm")}
      onConfirm={() => void remove()}
      busy={busy}
      danger
      error={error}
    />
  );
}
