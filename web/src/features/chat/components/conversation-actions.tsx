// Rename, archive, delete: one menu for the list and for the head of the conversation.
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { Archive, ArchiveRestore, Pencil, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import { Confirm } from "@/components/ui/confirm.tsx";
import { Menu, MenuItem, MenuSeparator } from "@/components/ui/menu.tsx";
import { toast } from "@/components/ui/toast-store.ts";
import type { Conversation } from "@/lib/api/types.ts";
import { useProblemText } from "@/lib/i18n/use-problem-text.ts";
import { changeConversation, deleteConversation } from "../api/conversations.ts";
import { RenameDialog } from "./rename-dialog.tsx";

export interface ConversationActionsProps {
  conversation: Conversation;
  /** The button that opens the menu. */
  children: ReactNode;
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
}

export function ConversationActions({ conversation, children, ...menu }: ConversationActionsProps) {
  const t = useTranslations("chat.actions");
  const chat = useTranslations("chat");
  const client = useQueryClient();
  const navigate = useNavigate();
  const params = useParams({ strict: false });
  const problemText = useProblemText();
  const [dialog, setDialog] = useState<"rename" | "delete" | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  const archive = async (archived: boolean, undo: boolean) => {
    try {
      await changeConversation(client, conversation.id, { archived });
      const text = t(archived ? "archived" : "unarchived");
      toast(
        text,
        undo ? { action: { label: t("undo"), run: () => void archive(!archived, false) } } : {},
      );
    } catch (cause) {
      toast(problemText(cause), { tone: "danger" });
    }
  };

  const remove = async () => {
    setBusy(true);
    setError(null);
    try {
      const looking = params.conversationId === conversation.id;
      if (looking) await navigate({ to: "/" });
      await deleteConversation(client, conversation.id);
      setDialog(null);
      toast(t("deleted"));
    } catch (cause) {
      setError(problemText(cause));
    } finally {
      setBusy(false);
    }
  };

  return (
    <>
      <Menu trigger={children} {...menu}>
        <MenuItem icon={<Pencil />} onSelect={() => setDialog("rename")}>
          {t("rename")}
        </MenuItem>
        <MenuItem
          icon={conversation.archived ? <ArchiveRestore /> : <Archive />}
          onSelect={() => void archive(!conversation.archived, true)}
        >
          {t(conversation.archived ? "unarchive" : "archive")}
        </MenuItem>
        <MenuSeparator />
        <MenuItem danger icon={<Trash2 />} onSelect={() => setDialog("delete")}>
          {t("delete")}
        </MenuItem>
      </Menu>
      {dialog === "rename" ? (
        <RenameDialog conversation={conversation} onClose={() => setDialog(null)} />
      ) : null}
      <Confirm
        open={dialog === "delete"}
        onOpenChange={(open) => {
          if (!open && !busy) setDialog(null);
        }}
        title={t("deleteTitle")}
        description={t("deleteBody", { title: conversation.title ?? chat("untitled") })}
        confirmLabel={t("deleteConfirm")}
        onConfirm={() => void remove()}
        busy={busy}
        danger
        error={error}
      />
    </>
  );
}
