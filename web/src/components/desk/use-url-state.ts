// What is looked at, kept in the address: it can be shared, and Back goes back to it.
import { useNavigate, useSearch } from "@tanstack/react-router";

export type UrlState = Record<string, unknown>;

/** The search of this page, unread; whoever uses it keeps what means something. */
export function useUrlState(): [UrlState, (next: object, push?: boolean) => void] {
  const search = useSearch({ strict: false }) as UrlState;
  const navigate = useNavigate();
  return [
    search,
    (next, push = false) => {
      // The routes of these pages declare no search: a declaration would land in everybody's first load.
      void navigate({ to: ".", search: next as never, replace: !push, resetScroll: false });
    },
  ];
}
