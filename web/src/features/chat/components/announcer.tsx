// Tells screen readers the finished answer, once; never the words as they come.
import { useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { problemText, type Texts } from "@/lib/api/problem.ts";
import type { Message } from "@/lib/api/types.ts";
import { runStore } from "../api/live.ts";
import { plainText } from "../plain-text.ts";
import { textOf } from "../tree.ts";
import type { Phase } from "../use-phase.ts";

export function Announcer({ last, phase }: { last: Message | null; phase: Phase }) {
  const t = useTranslations("chat.message");
  const problems = useTranslations("problem");
  const [spoken, setSpoken] = useState("");
  const watched = useRef<string | null>(null);

  useEffect(() => {
    if (last === null) return;
    if (phase !== "idle") {
      watched.current = last.id;
      setSpoken("");
      return;
    }
    if (watched.current !== last.id) return;
    watched.current = null;
    const ended = runStore.get(last.id)?.message ?? last;
    if (ended.status === "failed") {
      const why = ended.error ? problemText(problems as unknown as Texts, ended.error) : "";
      setSpoken(t("failedSpoken", { text: why }));
    } else if (ended.status === "cancelled") setSpoken(t("stopped"));
    else setSpoken(t("finished", { text: plainText(textOf(ended)) }));
  }, [last, phase, problems, t]);

  return (
    <div aria-live="polite" className="sr-only">
      {spoken}
    </div>
  );
}
