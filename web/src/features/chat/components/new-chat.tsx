// An empty page with a cursor: the first question makes the conversation.
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { Alert } from "@/components/ui/alert.tsx";
import { TopBar } from "@/components/ui/top-bar.tsx";
import { usePageTitle } from "@/lib/a11y/page-title.ts";
import { problemFrom } from "@/lib/api/problem.ts";
import { useProblemText } from "@/lib/i18n/use-problem-text.ts";
import { createConversation } from "../api/conversations.ts";
import { outbox } from "../api/live.ts";
import { useDraft } from "../drafts.ts";
import { readLocal, writeLocal } from "../local-store.ts";
import { useModels } from "../use-models.ts";
import { useShortcuts } from "../use-shortcuts.ts";
import { Composer, type ComposerHandle } from "./composer.tsx";
import { ModelPicker } from "./model-picker.tsx";

const SAMPLES = ["sample1", "sample2", "sample3", "sample4"] as const;
const RETRY_MS = 4_000;

export function NewChat() {
  const t = useTranslations("chat.start");
  const chat = useTranslations("chat");
  const client = useQueryClient();
  const navigate = useNavigate();
  const problemText = useProblemText();
  const composer = useRef<ComposerHandle>(null);
  const [text, setText] = useDraft(null);
  const [chosen, setChosen] = useState(() => readLocal("model"));
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const { models, current } = useModels(chosen);
  // One key for one wish: a conversation that was made while the answer got lost is not made twice.
  const wish = useRef({ text: "", key: "" });

  usePageTitle(null);
  useShortcuts({ focusComposer: () => composer.current?.focus() });

  const start = useCallback(
    async (question: string) => {
      if (busy) return;
      setBusy(true);
      setError(null);
      if (wish.current.text !== question)
        wish.current = { text: question, key: crypto.randomUUID() };
      const model = models.some((one) => one.id === chosen) ? chosen : null;
      try {
        const made = await createConversation(client, { model, key: wish.current.key });
        outbox.add({
          clientMessageId: wish.current.key,
          conversationId: made.id,
          text: question,
          model: null,
        });
        setText("");
        await navigate({ to: "/c/$conversationId", params: { conversationId: made.id } });
      } catch (cause) {
        setText(question);
        setError(cause);
      } finally {
        setBusy(false);
      }
    },
    [busy, chosen, client, models, navigate, setText],
  );

  // Waiting for the connection: the text goes out by itself, unless it was changed meanwhile.
  const waiting =
    error !== null && problemFrom(error).isNetwork && !busy && text === wish.current.text;
  useEffect(() => {
    if (!waiting) return;
    const again = () => void start(wish.current.text);
    const timer = setTimeout(again, RETRY_MS);
    addEventListener("online", again);
    return () => {
      clearTimeout(timer);
      removeEventListener("online", again);
    };
  }, [waiting, start]);

  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-y-auto">
      <TopBar>
        <span className="flex-1" />
        <ModelPicker
          chosen={current?.id ?? chosen}
          onChoose={(id) => {
            setChosen(id);
            writeLocal("model", id);
          }}
        />
      </TopBar>
      <div className="mx-auto flex w-full max-w-3xl flex-1 flex-col justify-center gap-6 px-4 pt-4 pb-[max(1.5rem,env(safe-area-inset-bottom))]">
        <div className="flex flex-col gap-2 text-center">
          <h1 className="font-semibold text-2xl tracking-tight sm:text-3xl">{t("title")}</h1>
          <p className="text-pretty text-muted">{t("lead")}</p>
        </div>
        {error === null ? null : waiting ? (
          <Alert tone="warn">{t("offline")}</Alert>
        ) : (
          <Alert tone="danger">{problemText(error)}</Alert>
        )}
        <Composer
          ref={composer}
          text={text}
          onChange={setText}
          onSend={(question) => void start(question)}
          blocked={busy ? chat("send.sending") : null}
          autoFocus
        />
        <ul aria-label={t("samples")} className="grid gap-2 sm:grid-cols-2">
          {SAMPLES.map((sample) => (
            <li key={sample}>
              <button
                type="button"
                disabled={busy}
                onClick={() => void start(t(sample))}
                className="flex min-h-12 w-full items-center rounded-xl border border-line bg-surface px-4 py-2.5 text-start text-sm shadow-xs hover:border-edge hover:bg-sunken"
              >
                {t(sample)}
              </button>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
