// Rename, archive, delete: one menu for the list and for the head of the conversation.
import { useQueryClient } from "@tanstack/react-query";
import { Archive, ArchiveRestore, Pencil, Trash2 } from "lucide-react";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslations } from "use-intl";
import { Menu, MenuItem, MenuSeparator } from "@/components/ui/menu.tsx";
import { toast } from "@/components/ui/toast-store.ts";
import type { Conversation } from "@/lib/api/types.ts";
import { useProblemText } from "@/lib/i18n/use-problem-text.ts";
import { changeConversation } from "../api/conversations.ts";

const dialogs = () => import("./conversation-dialogs.tsx");
const ConversationDialogs = lazy(dialogs);

export interface ConversationActionsProps {
  conversation: Conversation;
  /** The button that opens the menu. */
  children: ReactNode;
  align?: "start" | "end";
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
}

export function ConversationActions({ conversation, children, ...menu }: ConversationActionsProps) {
  const t = useTranslations("chat.actions");
  const client = useQueryClient();
  const problemText = useProblemText();
  const [dialog, setDialog] = useState<"rename" | "delete" | null>(null);

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

  return (
    <>
      <Menu
        trigger={children}
        {...menu}
        onOpenChange={(open) => {
          // There before it is wanted; when that fails, choosing it tries again.
          if (open) dialogs().catch(() => {});
          menu.onOpenChange?.(open);
        }}
      >
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
      {dialog === null ? null : (
        <Suspense fallback={null}>
          <ConversationDialogs
            conversation={conversation}
            dialog={dialog}
            onClose={() => setDialog(null)}
          />
        </Suspense>
      )}
    </>
  );
}
