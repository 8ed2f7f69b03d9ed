// The side of the chat: a new conversation, search, and everything that was said before.
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Archive, ArrowLeft, Search, SquarePen, X } from "lucide-react";
import { useDeferredValue, useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button.tsx";
import { IconButton } from "@/components/ui/icon-button.tsx";
import { Skeleton } from "@/components/ui/skeleton.tsx";
import { Spinner } from "@/components/ui/spinner.tsx";
import { conversationsQuery } from "../api/conversations.ts";
import { grouped } from "../date-groups.ts";
import { ConversationRow } from "./conversation-row.tsx";

const SEARCH_AFTER_MS = 250;
const SKELETONS = [72, 88, 60, 80, 66];

export function ConversationList({ onNavigate }: { onNavigate?: () => void }) {
  const t = useTranslations("chat.list");
  const chat = useTranslations("chat");
  const [archived, setArchived] = useState(false);
  const [typed, setTyped] = useState("");
  const q = useSettled(typed.trim(), SEARCH_AFTER_MS);
  const filter = useDeferredValue(JSON.stringify({ q, archived }));
  const list = useInfiniteQuery({
    ...conversationsQuery(JSON.parse(filter)),
    placeholderData: (before, query) =>
      // While one types the last result stays; the archive is another place.
      (query?.queryKey[2] as { archived?: boolean } | undefined)?.archived === archived
        ? before
        : undefined,
  });
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  const more = useRef<HTMLDivElement>(null);
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;

  useEffect(() => {
    const target = more.current;
    if (target === null || !hasNextPage) return;
    const seen = new IntersectionObserver((entries) => {
      if (entries.some((one) => one.isIntersecting) && !isFetchingNextPage) void fetchNextPage();
    });
    seen.observe(target);
    return () => seen.disconnect();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <div className="flex shrink-0 flex-col gap-2 px-3 pb-2">
        <Button asChild tone="secondary" wide className="justify-start">
          <Link to="/" onClick={() => onNavigate?.()}>
            <SquarePen className="size-4.5 text-accent-ink" aria-hidden="true" />
            {chat("newChat")}
          </Link>
        </Button>
        <div className="relative">
          <Search
            className="pointer-events-none absolute start-3 top-3.5 size-4 text-muted"
            aria-hidden="true"
          />
          <input
            type="search"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === "Escape" && typed !== "") {
                event.preventDefault();
                event.stopPropagation();
                setTyped("");
              }
            }}
            placeholder={t("search")}
            aria-label={t("search")}
            className="min-h-11 w-full rounded-control border border-transparent bg-hover ps-9 pe-10 text-sm placeholder:text-muted hover:border-line focus:border-accent focus:outline-none [&::-webkit-search-cancel-button]:hidden"
          />
          {typed === "" ? null : (
            <div className="absolute end-1.5 top-1.5">
              <IconButton
                label={t("clearSearch")}
                tooltip={false}
                size="sm"
                onClick={() => setTyped("")}
              >
                <X className="size-4" aria-hidden="true" />
              </IconButton>
            </div>
          )}
        </div>
      </div>

      {archived ? (
        <div className="flex shrink-0 items-center gap-1 px-2 pb-1">
          <IconButton label={t("back")} onClick={() => setArchived(false)}>
            <ArrowLeft className="size-4.5" aria-hidden="true" />
          </IconButton>
          <h2 className="font-semibold text-sm">{t("archived")}</h2>
        </div>
      ) : null}

      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; the group names the scroll area */}
      <div
        role="group"
        aria-label={archived ? t("archived") : t("label")}
        className="min-h-0 flex-1 overflow-y-auto overscroll-contain px-2 pb-3"
      >
        {list.isPending ? <Loading label={t("loading")} /> : null}
        {list.isError && items.length === 0 ? (
          <div
            role="alert"
            className="flex flex-col items-start gap-2 px-3 py-4 text-muted text-sm"
          >
            {t("failed")}
            <Button tone="link" size="inline" onClick={() => void list.refetch()}>
              {chat("message.retry")}
            </Button>
          </div>
        ) : null}
        {list.isSuccess && items.length === 0 ? (
          <p className="px-3 py-4 text-muted text-sm">
            {q !== "" ? t("noMatch", { q }) : archived ? t("emptyArchive") : t("empty")}
          </p>
        ) : null}
        {grouped(items, new Date()).map(({ group, items: rows }) => (
          <section key={group} aria-labelledby={`group-${group}`} className="mt-3 first:mt-1">
            <h3 id={`group-${group}`} className="px-3 py-1 font-medium text-muted text-xs">
              {t(group)}
            </h3>
            <ul>
              {rows.map((one) => (
                <ConversationRow
                  key={one.id}
                  conversation={one}
                  {...(onNavigate ? { onNavigate } : {})}
                />
              ))}
            </ul>
          </section>
        ))}
        {hasNextPage ? (
          <div ref={more} className="flex justify-center py-2">
            {isFetchingNextPage ? (
              <Spinner />
            ) : (
              <Button tone="quiet" onClick={() => void fetchNextPage()}>
                {t("more")}
              </Button>
            )}
          </div>
        ) : null}
      </div>

      {archived ? null : (
        <div className="shrink-0 px-2 pb-1">
          <Button
            tone="quiet"
            wide
            className="justify-start text-muted"
            onClick={() => setArchived(true)}
          >
            <Archive className="size-4.5" aria-hidden="true" />
            {t("showArchived")}
          </Button>
        </div>
      )}
    </div>
  );
}

function Loading({ label }: { label: string }) {
  return (
    <div role="status" className="flex flex-col gap-4 px-3 py-4">
      <span className="sr-only">{label}</span>
      {SKELETONS.map((width) => (
        <div key={width} style={{ width: `${width}%` }}>
          <Skeleton className="h-4" />
        </div>
      ))}
    </div>
  );
}

function useSettled<T>(value: T, ms: number): T {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return settled;
}
