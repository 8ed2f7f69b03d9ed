// The messages of the path that is read. Only what is near the view is in the document; the end is the anchor.
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown } from "lucide-react";
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { IconButton } from "@/components/ui/icon-button.tsx";
import { Skeleton } from "@/components/ui/skeleton.tsx";
import { Spinner } from "@/components/ui/spinner.tsx";
import type { OutboxItem } from "../outbox.ts";
import type { Turn } from "../tree.ts";
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

/** Closer to the end than this follows it; the reader's own scrolling lets go. */
const END_PX = 24;
const AWAY_PX = 160;
const OLDER_FROM_ROW = 4;
const GUESSED_HEIGHT = 140;

export function MessageList({ thread, pending, ask, busy, onTakeBack }: MessageListProps) {
  const t = useTranslations("chat.thread");
  const rows = useRows(thread.path.turns, pending);
  const scroller = useRef<HTMLDivElement>(null);
  const [away, setAway] = useState(false);
  const { hasOlder, loadOlder, loadingOlder } = thread;

  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => GUESSED_HEIGHT,
    getItemKey: (index) => rows[index]?.key ?? index,
    anchorTo: "end",
    followOnAppend: true,
    scrollEndThreshold: END_PX,
    overscan: 5,
    paddingStart: 8,
    paddingEnd: 16,
    onChange: (instance) => {
      setAway(instance.getDistanceFromEnd() > AWAY_PX);
      if (hasOlder && (instance.range?.startIndex ?? OLDER_FROM_ROW) < OLDER_FROM_ROW) loadOlder();
    },
  });

  useLayoutEffect(() => {
    virtualizer.scrollToEnd();
  }, [virtualizer]);

  useStayAtEnd(scroller, virtualizer);

  // A question of one's own is always looked at, wherever one was reading.
  const own = pending.at(-1)?.clientMessageId ?? null;
  useEffect(() => {
    if (own !== null) virtualizer.scrollToEnd();
  }, [own, virtualizer]);

  useEffect(() => {
    if (hasOlder && (virtualizer.range?.startIndex ?? 0) < OLDER_FROM_ROW) loadOlder();
  }, [hasOlder, loadOlder, virtualizer]);

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
        <div
          className="relative mx-auto w-full max-w-3xl"
          style={{ height: virtualizer.getTotalSize() }}
        >
          {virtualizer.getVirtualItems().map((item) => {
            const row = rows[item.index];
            if (row === undefined) return null;
            return (
              <div
                key={item.key}
                ref={virtualizer.measureElement}
                data-index={item.index}
                className="absolute inset-x-0 top-0 px-4"
                style={{ transform: `translateY(${item.start}px)` }}
              >
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
              </div>
            );
          })}
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
      {away ? (
        <div className="pointer-events-none absolute inset-x-0 bottom-2 z-10 flex justify-center">
          <IconButton
            label={t("toLatest")}
            tone="secondary"
            round
            className="pointer-events-auto shadow-raised"
            onClick={() => virtualizer.scrollToEnd()}
          >
            <ArrowDown className="size-5" aria-hidden="true" />
          </IconButton>
        </div>
      ) : null}
    </div>
  );
}

function useRows(turns: readonly Turn[], pending: readonly OutboxItem[]): Row[] {
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

/** When the view gets lower (a keyboard on the phone, a growing composer) the end stays in sight. */
function useStayAtEnd(
  scroller: React.RefObject<HTMLDivElement | null>,
  virtualizer: { getDistanceFromEnd: () => number; scrollToEnd: () => void },
): void {
  const atEnd = useRef(true);
  const look = useCallback(() => {
    const element = scroller.current;
    if (element !== null)
      atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight <= END_PX;
  }, [scroller]);
  useEffect(() => {
    const element = scroller.current;
    if (element === null || typeof ResizeObserver === "undefined") return;
    element.addEventListener("scroll", look, { passive: true });
    const observer = new ResizeObserver(() => {
      if (atEnd.current) virtualizer.scrollToEnd();
    });
    observer.observe(element);
    return () => {
      element.removeEventListener("scroll", look);
      observer.disconnect();
    };
  }, [scroller, virtualizer, look]);
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
