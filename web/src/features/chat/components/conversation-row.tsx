// One line of the list: the title, and what can be done with the conversation.
import { Link } from "@tanstack/react-router";
import { Ellipsis } from "lucide-react";
import { memo, useState } from "react";
import { useTranslations } from "use-intl";
import type { Conversation } from "@/lib/api/types.ts";
import { useAnswering } from "../use-live.ts";
import { ConversationActions } from "./conversation-actions.tsx";

export interface ConversationRowProps {
  conversation: Conversation;
  onNavigate?: () => void;
}

export const ConversationRow = memo(function ConversationRow({
  conversation,
  onNavigate,
}: ConversationRowProps) {
  const t = useTranslations("chat");
  const [open, setOpen] = useState(false);
  const answering = useAnswering(conversation.id);
  const title = conversation.title ?? t("untitled");
  return (
    <li className="group relative">
      <Link
        to="/c/$conversationId"
        params={{ conversationId: conversation.id }}
        onClick={() => onNavigate?.()}
        className="flex min-h-11 items-center rounded-control py-2 ps-3 pe-3 text-sm pointer-coarse:pe-11 group-focus-within:pe-11 group-hover:pe-11 hover:bg-hover data-[status=active]:bg-accent-soft data-[status=active]:font-medium data-[status=active]:text-accent-ink"
      >
        <span className="truncate" title={title}>
          {title}
        </span>
        {answering ? (
          <>
            <span
              className="ms-2 size-2 shrink-0 rounded-full bg-accent motion-safe:animate-pulse"
              aria-hidden="true"
            />
            <span className="sr-only">, {t("list.answering")}</span>
          </>
        ) : null}
      </Link>
      <ConversationActions conversation={conversation} open={open} onOpenChange={setOpen}>
        <button
          type="button"
          aria-label={t("list.actions", { title })}
          data-open={open}
          // Hidden until pointed at, but never from keyboards and fingers.
          className="absolute inset-y-0 end-0 flex w-11 items-center justify-center rounded-control text-muted opacity-0 hover:text-ink focus-visible:opacity-100 group-hover:opacity-100 data-[open=true]:opacity-100 pointer-coarse:opacity-100"
        >
          <Ellipsis className="size-4.5" aria-hidden="true" />
        </button>
      </ConversationActions>
    </li>
  );
});
