// What a page shows while its data comes, when it does not come, and when what is shown has grown old.
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Alert } from "@/components/ui/alert.tsx";
import { Button } from "@/components/ui/button.tsx";
import { Skeleton } from "@/components/ui/skeleton.tsx";
import { useProblemText } from "@/lib/i18n/use-problem-text.ts";

export interface LoadedProps<T> {
  query: Pick<
    UseQueryResult<T>,
    "data" | "error" | "fetchStatus" | "isError" | "isFetching" | "refetch"
  >;
  /** What could not be loaded, as a sentence. */
  failed: string;
  children: (data: T) => ReactNode;
  rows?: number;
}

export function Loaded<T>({ query, failed, children, rows = 3 }: LoadedProps<T>) {
  const common = useTranslations("common");
  const offline = useTranslations("offline");
  const text = useProblemText();
  const { data } = query;
  return (
    <>
      {query.isError ? (
        <Alert
          tone={data === undefined ? "danger" : "warn"}
          title={failed}
          action={
            <Button tone="secondary" busy={query.isFetching} onClick={() => void query.refetch()}>
              {common("retry")}
            </Button>
          }
        >
          {text(query.error)}
        </Alert>
      ) : null}
      {data === undefined && query.fetchStatus === "paused" ? (
        <Alert tone="warn">{offline("waits")}</Alert>
      ) : data === undefined && !query.isError ? (
        <div role="status" className="flex flex-col gap-3">
          <span className="sr-only">{common("loading")}</span>
          {Array.from({ length: rows }, (_, place) => `${place}`).map((place) => (
            <Skeleton key={place} className="h-20" />
          ))}
        </div>
      ) : null}
      {data === undefined ? null : children(data)}
    </>
  );
}
