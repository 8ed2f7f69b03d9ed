// The messages of the path that is read. Only what is near the view is in the document; the end is the anchor.
import { ArrowDown } from "lucide-react";
import { type ReactNode, useEffect, useLayoutEffect, useMemo, useRef } from "react";
import { useTranslations } from "use-intl";
import { IconButton } from "@/components/ui/icon-button.tsx";
import { Skeleton } from "@/components/ui/skeleton.tsx";
import { Spinner } from "@/components/ui/spinner.tsx";
import type { OutboxItem } from "../outbox.ts";
import type { Turn } from "../tree.ts";
import { useRowWindow } from "../use-row-window.ts";
import type { Thread } from "../use-thread.ts";
import { PendingQuestion } from "./pending-question.tsx";
import { TurnView } from "./turn-view.tsx";

export interface MessageListProps {
  thread: Thread;
  pending: readonly OutboxItem[];
  ask: (text: string, parentId?: string | null) => void;
  /** An answer is being written. */
  busy: boolean;
  /** The text of a question that was taken back, to be written anew. */
  onTakeBack: (text: string) => void;
}

type Row = { key: string; turn: Turn } | { key: string; item: OutboxItem };

/** As the class of the list says it. */
const PADDING_TOP = 8;

export function MessageList({ thread, pending, ask, busy, onTakeBack }: MessageListProps) {
  const t = useTranslations("chat.thread");
  const { turns } = thread.path;
  const rows = useMemo(() => rowsOf(turns, pending), [turns, pending]);
  const scroller = useRef<HTMLDivElement>(null);
  const { hasOlder, loadOlder, loadingOlder } = thread;

  const keys = useMemo(() => rows.map((row) => row.key), [rows]);
  const shown = useRowWindow(keys, scroller, PADDING_TOP);
  const { toEnd, nearTop } = shown;

  // A question of one's own is always looked at, wherever one was reading.
  const own = pending.at(-1)?.clientMessageId ?? null;
  useEffect(() => {
    if (own !== null) toEnd();
  }, [own, toEnd]);

  useEffect(() => {
    if (hasOlder && nearTop) loadOlder();
  }, [hasOlder, loadOlder, nearTop]);

  const lastKey = rows.at(-1)?.key;
  return (
    <div className="relative flex min-h-0 flex-1 flex-col">
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; the group names the scroll area */}
      <div
        ref={scroller}
        role="group"
        aria-label={t("label")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area has to be reachable by keyboard
        tabIndex={0}
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain [overflow-anchor:none] focus-visible:-outline-offset-2"
      >
        {rows.length === 0 ? (
          <p className="px-4 py-16 text-center text-muted">{t("begin")}</p>
        ) : null}
        <div className="mx-auto w-full max-w-3xl pt-2 pb-4">
          <div style={{ height: shown.before }} />
          {rows.slice(shown.first, shown.last).map((row) => (
            <Row key={row.key} id={row.key} measure={shown.measure}>
              {"turn" in row ? (
                <TurnView
                  turn={row.turn}
                  last={row.key === lastKey}
                  busy={busy || pending.length > 0}
                  ask={ask}
                  chooseBranch={thread.chooseBranch}
                  model={thread.conversation?.model ?? null}
                />
              ) : (
                <PendingQuestion item={row.item} onTakeBack={onTakeBack} />
              )}
            </Row>
          ))}
          <div style={{ height: shown.after }} />
        </div>
      </div>
      {loadingOlder ? (
        <div
          role="status"
          className="pointer-events-none absolute inset-x-0 top-1 z-10 flex justify-center"
        >
          <span className="flex items-center gap-2 rounded-full border border-line bg-raised px-3 py-1.5 text-muted text-xs shadow-card">
            <Spinner className="size-3.5" />
            {t("older")}
          </span>
        </div>
      ) : null}
      {shown.away ? (
        <div className="pointer-events-none absolute inset-x-0 bottom-2 z-10 flex justify-center">
          <IconButton
            label={t("toLatest")}
            tone="secondary"
            round
            className="pointer-events-auto shadow-raised"
            onClick={toEnd}
          >
            <ArrowDown className="size-5" aria-hidden="true" />
          </IconButton>
        </div>
      ) : null}
    </div>
  );
}

function rowsOf(turns: readonly Turn[], pending: readonly OutboxItem[]): Row[] {
  const arrived = new Set(turns.map((turn) => turn.message.client_message_id ?? ""));
  const shown: Row[] = [];
  const branching = pending.find((item) => item.parentId !== undefined);
  for (const turn of turns) {
    // The edited question takes the place of the old one at once.
    if (branching?.parentId !== undefined && !arrived.has(branching.clientMessageId)) {
      if ((turn.message.parent_id ?? null) === branching.parentId) break;
    }
    // The same key as while it was on its way: the row stays the same element.
    shown.push({ key: turn.message.client_message_id ?? turn.message.id, turn });
  }
  for (const item of pending) {
    if (!arrived.has(item.clientMessageId)) shown.push({ key: item.clientMessageId, item });
  }
  return shown;
}

interface RowProps {
  id: string;
  measure: (key: string, element: HTMLElement) => () => void;
  children: ReactNode;
}

function Row({ id, measure, children }: RowProps) {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(
    () => (ref.current === null ? undefined : measure(id, ref.current)),
    [id, measure],
  );
  return (
    // Its own flow: margins may not reach out of what is measured.
    <div ref={ref} className="flow-root px-4">
      {children}
    </div>
  );
}

export function MessagesLoading() {
  const t = useTranslations("chat.thread");
  return (
    <div
      role="status"
      className="mx-auto flex w-full min-h-0 max-w-3xl flex-1 flex-col gap-6 px-4 py-6"
    >
      <span className="sr-only">{t("loading")}</span>
      <div className="ms-auto w-1/2">
        <Skeleton className="h-12 rounded-2xl" />
      </div>
      <div className="flex flex-col gap-3">
        <Skeleton className="h-4 w-full" />
        <Skeleton className="h-4 w-11/12" />
        <Skeleton className="h-4 w-2/3" />
      </div>
    </div>
  );
}
