// A page that could not be shown. When only the server is away, it comes back by itself.
import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { CloudOff, LifeBuoy } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button.tsx";
import { Empty } from "@/components/ui/empty.tsx";
import { usePageTitle } from "@/lib/a11y/page-title.ts";
import { ApiProblem } from "@/lib/api/problem.ts";
import { refresh } from "@/lib/api/token.ts";

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 30_000;

export function RouteError({ error, reset }: ErrorComponentProps) {
  const t = useTranslations("errors");
  const common = useTranslations("common");
  const router = useRouter();
  const [busy, setBusy] = useState(false);
  const passing = error instanceof ApiProblem && error.isPassing;
  usePageTitle(passing ? t("serverTitle") : t("pageTitle"));

  async function again(): Promise<void> {
    setBusy(true);
    if (!passing || (await refresh()) !== "unreachable") {
      await router.invalidate();
      reset();
    }
    setBusy(false);
  }

  useEffect(() => {
    if (!passing) return;
    let wait = FIRST_WAIT_MS;
    let timer: ReturnType<typeof setTimeout>;
    let left = false;
    const retry = async () => {
      // Asked aside, so that the page does not flicker while the server is still away.
      const answer = await refresh();
      if (left) return;
      if (answer === "unreachable") plan();
      else await router.invalidate();
    };
    const plan = () => {
      clearTimeout(timer);
      // Spread out, so that a restarted server is not met by every open page at once.
      timer = setTimeout(() => void retry(), wait * (0.75 + Math.random() / 2));
      wait = Math.min(wait * 1.7, LONGEST_WAIT_MS);
    };
    plan();
    const online = () => void retry();
    window.addEventListener("online", online);
    return () => {
      left = true;
      clearTimeout(timer);
      window.removeEventListener("online", online);
    };
  }, [passing, router]);

  return (
    <main id="content" tabIndex={-1} className="grid min-h-full place-items-center outline-none">
      <Empty
        level={1}
        icon={passing ? <CloudOff /> : <LifeBuoy />}
        title={passing ? t("serverTitle") : t("pageTitle")}
        action={
          <Button busy={busy} onClick={() => void again()}>
            {common("retry")}
          </Button>
        }
      >
        <p role="status">{passing ? t("serverBody") : t("pageBody")}</p>
        {passing ? null : (
          <details className="mt-4 text-start text-sm">
            <summary className="min-h-11 content-center text-center">{t("details")}</summary>
            <pre className="mt-1 max-h-40 overflow-auto whitespace-pre-wrap rounded-control bg-sunken p-3 font-mono text-xs">
              {error instanceof Error ? error.message : String(error)}
            </pre>
          </details>
        )}
      </Empty>
    </main>
  );
}
