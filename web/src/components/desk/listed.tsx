// The things that a query brings: while they come, when there are none, and the way to the next page of them.
import type { InfiniteData } from "@tanstack/react-query";
import { isValidElement, type ReactElement, type ReactNode } from "react";
import { Button } from "@/components/ui/button.tsx";
import { Empty } from "@/components/ui/empty.tsx";
import { Loaded, type LoadedProps } from "./loaded.tsx";

interface PageOf<T> {
  items: readonly T[];
}

/** One answer that has all of them, or pages that go on. */
export type ListQuery<T> = LoadedProps<PageOf<T> | InfiniteData<PageOf<T>>>["query"] & {
  hasNextPage?: boolean;
  isFetchingNextPage?: boolean;
  fetchNextPage?: () => Promise<unknown>;
};

export interface Nothing {
  icon: ReactNode;
  title: string;
  body: ReactNode;
}

export interface ListedProps<T> {
  query: ListQuery<T>;
  /** What could not be loaded, as a sentence. */
  failed: string;
  /** Where there is nothing: a line, all that a page has to say, or something of its own. */
  empty: string | Nothing | ReactElement;
  /** The button to the next page, where there are pages. */
  more?: string;
  rows?: number;
  children: (items: readonly T[]) => ReactNode;
}

export function Listed<T>({ query, failed, empty, more, rows, children }: ListedProps<T>) {
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  return (
    <>
      <Loaded query={query} failed={failed} {...(rows === undefined ? {} : { rows })}>
        {(data) => {
          const items = "pages" in data ? data.pages.flatMap((page) => page.items) : data.items;
          if (items.length > 0) return children(items);
          if (typeof empty === "string") return <p className="text-muted text-sm">{empty}</p>;
          if (isValidElement(empty)) return empty;
          return (
            <Empty level={3} icon={empty.icon} title={empty.title}>
              {empty.body}
            </Empty>
          );
        }}
      </Loaded>
      {more !== undefined && hasNextPage ? (
        <Button
          tone="quiet"
          busy={isFetchingNextPage ?? false}
          onClick={() => void fetchNextPage?.()}
        >
          {more}
        </Button>
      ) : null}
    </>
  );
}
