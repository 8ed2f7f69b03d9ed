// One line that says what is going on. A live region that is always there, so that screen readers hear its changes.
import { useQuery } from "@tanstack/react-query";
import { WifiOff } from "lucide-react";
import { useEffect } from "react";
import { useTranslations } from "use-intl";
import { Spinner } from "@/components/ui/spinner.tsx";
import { verify } from "../api/live.ts";
import { isRunOver, runQuery } from "../api/messages.ts";
import { useStreamState } from "../use-live.ts";
import type { Phase } from "../use-phase.ts";

export interface StatusLineProps {
  phase: Phase;
  runId: string | null;
  stopping: boolean;
}

export function StatusLine({ phase, runId, stopping }: StatusLineProps) {
  const t = useTranslations("chat.status");
  const stream = useStreamState();
  const asking = phase === "thinking" && runId !== null;
  const run = useQuery({ ...runQuery(runId ?? ""), enabled: asking });
  const busy = phase !== "idle";

  // It ended and nobody told us: the stored answer is fetched.
  const endedUnheard = asking && run.data !== undefined && isRunOver(run.data);
  useEffect(() => {
    if (endedUnheard && runId !== null) void verify(runId);
  }, [endedUnheard, runId]);

  let text = "";
  if (stream === "offline") text = t(busy ? "offline" : "offlineIdle");
  else if (stream === "reconnecting") text = t(busy ? "reconnecting" : "reconnectingIdle");
  else if (stream === "connecting" && busy) text = t("connecting");
  else if (stopping && busy) text = t("stopping");
  else if (phase === "retrying") text = t("retrying");
  else if (phase === "thinking") {
    const before = run.data?.status === "queued" ? (run.data.queue_position ?? null) : null;
    if (before !== null && before > 0) text = t("queuedBehind", { count: before });
    else if (before === 0 && (run.data?.attempt ?? 0) === 0) text = t("queued");
    else text = t("thinking");
  }

  return (
    <div
      role="status"
      className="flex min-h-6 items-center justify-center gap-2 text-center text-muted text-xs"
    >
      {text === "" ? null : (
        <>
          {stream === "offline" ? (
            <WifiOff className="size-3.5" aria-hidden="true" />
          ) : (
            <Spinner className="size-3.5" />
          )}
          <span>{text}</span>
        </>
      )}
    </div>
  );
}
