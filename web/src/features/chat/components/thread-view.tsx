// One conversation: its head, its messages, what is going on, and where to write.
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronDown, CloudOff, MessageSquareOff } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button.tsx";
import { Empty } from "@/components/ui/empty.tsx";
import { toast } from "@/components/ui/toast-store.ts";
import { TopBar } from "@/components/ui/top-bar.tsx";
import { usePageTitle } from "@/lib/a11y/page-title.ts";
import { ApiProblem } from "@/lib/api/problem.ts";
import type { Conversation } from "@/lib/api/types.ts";
import { useProblemText } from "@/lib/i18n/use-problem-text.ts";
import { changeConversation } from "../api/conversations.ts";
import { chatKeys } from "../api/keys.ts";
import { outbox } from "../api/live.ts";
import { cancelRun } from "../api/messages.ts";
import { useDraft } from "../drafts.ts";
import { writeLocal } from "../local-store.ts";
import { useOutbox } from "../use-live.ts";
import { useModels } from "../use-models.ts";
import { usePhase } from "../use-phase.ts";
import { useShortcuts } from "../use-shortcuts.ts";
import { useThread } from "../use-thread.ts";
import { Announcer } from "./announcer.tsx";
import { Composer, type ComposerHandle } from "./composer.tsx";
import { ConversationActions } from "./conversation-actions.tsx";
import { MessageList, MessagesLoading } from "./message-list.tsx";
import { ModelPicker } from "./model-picker.tsx";
import { StatusLine } from "./status-line.tsx";

export function ThreadView({ conversationId }: { conversationId: string }) {
  const t = useTranslations("chat");
  const client = useQueryClient();
  const problemText = useProblemText();
  const thread = useThread(conversationId);
  const { conversation, path } = thread;
  const pending = useOutbox(conversationId);
  const last = path.turns.at(-1)?.message ?? null;
  const phase = usePhase(last);
  const { models, current } = useModels(conversation?.model ?? null);
  const [text, setText] = useDraft(conversationId);
  const [stopped, setStopped] = useState<string | null>(null);
  const composer = useRef<ComposerHandle>(null);
  const title = conversation?.title ?? (conversation === null ? null : t("untitled"));
  usePageTitle(title);

  const runId = phase === "idle" ? null : (last?.run_id ?? null);
  const stop = async () => {
    if (runId === null || stopped === runId) return;
    setStopped(runId);
    try {
      await cancelRun(runId);
    } catch {
      setStopped(null);
      toast(t("failed.stop"), { tone: "danger" });
    }
  };
  useShortcuts({
    focusComposer: () => composer.current?.focus(),
    stop: runId === null ? undefined : () => void stop(),
  });

  const chooseModel = async (id: string) => {
    const name = models.find((one) => one.id === id)?.name ?? id;
    writeLocal("model", id);
    client.setQueryData<Conversation>(chatKeys.conversation(conversationId), (known) =>
      known === undefined ? known : { ...known, model: id },
    );
    try {
      await changeConversation(client, conversationId, { model: id });
      toast(t("model.changed", { name }));
    } catch (cause) {
      void client.invalidateQueries({ queryKey: chatKeys.conversation(conversationId) });
      toast(problemText(cause), { tone: "danger" });
    }
  };

  const ask = (question: string, parentId?: string | null) => {
    const wanted = conversation?.model ?? null;
    outbox.add({
      clientMessageId: crypto.randomUUID(),
      conversationId,
      text: question,
      // Named only while it is offered: otherwise the server chooses its default.
      model: models.some((one) => one.id === wanted) ? wanted : null,
      ...(parentId === undefined ? thread.parentIfSwitching() : { parentId }),
    });
  };

  const unsent = pending[0];
  useEffect(() => {
    if (phase === "idle") setStopped(null);
  }, [phase]);

  if (thread.error !== null && path.turns.length === 0) {
    return <Failed error={thread.error} retry={thread.retry} />;
  }

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <TopBar>
        <h1 className="min-w-0 flex-1">
          {conversation === null ? null : (
            <ConversationActions conversation={conversation} align="start">
              <button
                type="button"
                className="flex min-h-11 max-w-full items-center gap-1.5 rounded-control px-3 font-semibold text-sm hover:bg-hover data-[state=open]:bg-hover"
              >
                <span className="truncate">{title}</span>
                <span className="sr-only">, {t("actions.label")}</span>
                <ChevronDown className="size-4 shrink-0 text-muted" aria-hidden="true" />
              </button>
            </ConversationActions>
          )}
        </h1>
        <ModelPicker chosen={current?.id ?? null} onChoose={(id) => void chooseModel(id)} />
      </TopBar>
      {thread.pending ? (
        <MessagesLoading />
      ) : (
        <MessageList
          thread={thread}
          pending={pending}
          ask={ask}
          busy={phase !== "idle"}
          onTakeBack={setText}
        />
      )}
      <div className="mx-auto w-full max-w-3xl shrink-0 px-3 pb-[max(0.75rem,env(safe-area-inset-bottom))] sm:px-4">
        <StatusLine phase={phase} runId={runId} stopping={runId !== null && stopped === runId} />
        <Composer
          ref={composer}
          text={text}
          onChange={setText}
          onSend={(question) => {
            ask(question);
            setText("");
          }}
          onStop={runId === null ? undefined : () => void stop()}
          blocked={
            phase !== "idle" ? t("send.wait") : unsent !== undefined ? t("send.pendingFirst") : null
          }
          autoFocus
        />
      </div>
      <Announcer last={last} phase={phase} />
    </div>
  );
}

function Failed({ error, retry }: { error: Error; retry: () => void }) {
  const t = useTranslations("chat");
  const problemText = useProblemText();
  const missing =
    error instanceof ApiProblem &&
    (error.status === 404 || error.status === 422 || error.status === 400);
  return (
    <div className="grid min-h-0 flex-1 place-items-center overflow-y-auto">
      {missing ? (
        <Empty
          level={1}
          icon={<MessageSquareOff />}
          title={t("thread.missingTitle")}
          action={
            <Button asChild>
              <Link to="/">{t("newChat")}</Link>
            </Button>
          }
        >
          {t("thread.missingBody")}
        </Empty>
      ) : (
        <Empty
          level={1}
          icon={<CloudOff />}
          title={t("thread.failedTitle")}
          action={<Button onClick={retry}>{t("message.retry")}</Button>}
        >
          {problemText(error)}
        </Empty>
      )}
    </div>
  );
}
