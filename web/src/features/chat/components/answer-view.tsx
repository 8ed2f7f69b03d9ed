// What the model said, while it says it and after.
import { useQueryClient } from "@tanstack/react-query";
import { CircleAlert, CircleStop, RefreshCw, Waypoints } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button.tsx";
import { IconButton } from "@/components/ui/icon-button.tsx";
import { toast } from "@/components/ui/toast-store.ts";
import { problemText, type Texts } from "@/lib/api/problem.ts";
import type { Message } from "@/lib/api/types.ts";
import { useProblemText } from "@/lib/i18n/use-problem-text.ts";
import { Markdown } from "@/lib/markdown/markdown.tsx";
import { storePosted } from "../api/cache.ts";
import { regenerate } from "../api/messages.ts";
import { shownOf } from "../shown-message.ts";
import { useLiveRun } from "../use-live.ts";
import { useModels } from "../use-models.ts";
import { BranchSwitcher } from "./branch-switcher.tsx";
import { CopyButton } from "./copy-button.tsx";
import { actionRow } from "./question-view.tsx";
import type { TurnViewProps } from "./turn-view.tsx";

export function AnswerView({ turn, last, busy, chooseBranch, model }: TurnViewProps) {
  const t = useTranslations("chat.message");
  const live = useLiveRun(turn.message.id);
  const { message, text, streaming } = shownOf(turn.message, live);
  const { models } = useModels(model);
  const speaker = models.find((one) => one.id === message.model)?.name ?? message.model ?? null;
  const again = useAgain(message, models.some((one) => one.id === model) ? model : null);
  const headingId = `said-${message.id}`;
  const over = !streaming;

  return (
    <article aria-labelledby={headingId} aria-busy={streaming} className="group/turn pt-2">
      <h2 id={headingId} className="sr-only">
        {speaker ? t("assistantOf", { model: speaker }) : t("assistant")}
      </h2>
      {text === "" && streaming ? <Dots /> : <Markdown text={text} streaming={streaming} />}
      {over && text === "" && message.status === "complete" ? (
        <p className="text-muted">{t("empty")}</p>
      ) : null}
      {message.status === "cancelled" && over ? (
        <p className="mt-3 flex items-center gap-2 text-muted text-sm">
          <CircleStop className="size-4 shrink-0" aria-hidden="true" />
          {t("stopped")}
        </p>
      ) : null}
      {message.status === "failed" && over ? (
        <Failed message={message} busy={busy || again.busy} onRetry={last ? again.run : null} />
      ) : null}
      {over && message.origin ? (
        <Origin message={message} speaker={speaker} models={models} />
      ) : null}
      {over ? (
        <div
          className={
            last || turn.siblings.length > 1
              ? "-ms-2 mt-1 flex min-h-8 flex-wrap items-center gap-2"
              : `-ms-2 mt-1 ${actionRow}`
          }
        >
          <BranchSwitcher turn={turn} chooseBranch={chooseBranch} />
          {text === "" ? null : <CopyButton text={text} />}
          <IconButton
            label={t("regenerate")}
            size="sm"
            disabled={busy || again.busy}
            onClick={again.run}
          >
            <RefreshCw className="size-4" aria-hidden="true" />
          </IconButton>
          <Facts message={message} speaker={speaker} />
        </div>
      ) : null}
    </article>
  );
}

function Dots() {
  return (
    <div aria-hidden="true" className="flex h-7 items-center gap-1.5">
      {["", "[animation-delay:160ms]", "[animation-delay:320ms]"].map((delay) => (
        <span key={delay} className={`size-2 animate-pulse rounded-full bg-edge ${delay}`} />
      ))}
    </div>
  );
}

/** Who spoke and what it took: there for whoever looks, in nobody's way. */
function Facts({ message, speaker }: { message: Message; speaker: string | null }) {
  const t = useTranslations("chat.message");
  const usage = message.usage;
  const taken = usage
    ? t(usage.estimated ? "usageEstimated" : "usage", {
        input: usage.input_tokens,
        output: usage.output_tokens,
      })
    : null;
  const facts = [speaker, taken].filter((one) => one !== null);
  return facts.length === 0 ? null : (
    <p className="min-w-0 ps-2 text-muted text-xs">{facts.join(" · ")}</p>
  );
}

interface OriginProps {
  message: Message;
  speaker: string | null;
  models: readonly { id: string; name: string }[];
}

/** Another model spoke than the one that was asked, or took an answer up: nobody has to guess. */
function Origin({ message, speaker, models }: OriginProps) {
  const t = useTranslations("chat.message");
  const before = message.origin?.instead_of ?? null;
  const asked = models.find((one) => one.id === before)?.name ?? before;
  const named = { model: speaker ?? "", asked: asked ?? "" };
  const known = asked !== null;
  const text =
    message.origin?.came === "continued"
      ? t(known ? "continuedAfter" : "continued", named)
      : t(known ? "insteadOf" : "instead", named);
  return (
    <p className="mt-2 flex items-center gap-2 text-muted text-xs">
      <Waypoints className="size-3.5 shrink-0" aria-hidden="true" />
      {text}
    </p>
  );
}

interface FailedProps {
  message: Message;
  busy: boolean;
  onRetry: (() => void) | null;
}

function Failed({ message, busy, onRetry }: FailedProps) {
  const t = useTranslations("chat.message");
  const problems = useTranslations("problem");
  const why = message.error ? problemText(problems as unknown as Texts, message.error) : null;
  return (
    <div className="mt-3 flex flex-col items-start gap-3 rounded-xl bg-danger-soft px-4 py-3 text-danger-ink text-sm">
      <div className="flex items-start gap-3">
        <CircleAlert className="mt-0.5 size-4.5 shrink-0" aria-hidden="true" />
        <div className="flex flex-col gap-1">
          <p className="font-semibold">{t("failed")}</p>
          {why === null ? null : <p className="text-pretty">{why}</p>}
        </div>
      </div>
      {onRetry === null ? null : (
        <Button tone="secondary" disabled={busy} onClick={onRetry}>
          <RefreshCw className="size-4" aria-hidden="true" />
          {t("retry")}
        </Button>
      )}
    </div>
  );
}

/** Asks the same question once more; the wish keeps its id until it is granted. */
function useAgain(message: Message, model: string | null): { busy: boolean; run: () => void } {
  const t = useTranslations("chat.failed");
  const client = useQueryClient();
  const said = useProblemText();
  const [busy, setBusy] = useState(false);
  const wish = useRef<string | null>(null);
  const run = async () => {
    if (busy) return;
    setBusy(true);
    wish.current ??= crypto.randomUUID();
    try {
      const posted = await regenerate({
        conversationId: message.conversation_id,
        answerId: message.id,
        clientMessageId: wish.current,
        model,
      });
      wish.current = null;
      storePosted(client, posted);
    } catch (cause) {
      toast(`${t("regenerate")} ${said(cause)}`, { tone: "danger" });
    } finally {
      setBusy(false);
    }
  };
  return { busy, run: () => void run() };
}
