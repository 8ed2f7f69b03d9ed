// ‹ 2 / 3 ›: the versions of a question or an answer.
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useTranslations } from "use-intl";
import { IconButton } from "@/components/ui/icon-button.tsx";
import { toast } from "@/components/ui/toast-store.ts";
import type { Turn } from "../tree.ts";

export interface BranchSwitcherProps {
  turn: Turn;
  chooseBranch: (messageId: string) => Promise<void>;
}

export function BranchSwitcher({ turn, chooseBranch }: BranchSwitcherProps) {
  const t = useTranslations("chat");
  const count = turn.siblings.length;
  if (count < 2) return null;
  const go = (index: number) => {
    const id = turn.siblings[index];
    if (id === undefined) return;
    chooseBranch(id).catch(() => toast(t("failed.branch"), { tone: "danger" }));
  };
  const place = t("message.place", { index: String(turn.index + 1), count: String(count) });
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div
      role="group"
      aria-label={t("message.branches")}
      className="flex items-center text-muted text-xs"
    >
      <IconButton
        label={t("message.previous")}
        size="sm"
        disabled={turn.index <= 0}
        onClick={() => go(turn.index - 1)}
      >
        <ChevronLeft className="size-4" aria-hidden="true" />
      </IconButton>
      <span className="px-0.5 tabular-nums" title={place}>
        <span aria-hidden="true">
          {turn.index + 1}/{count}
        </span>
        <span className="sr-only">{place}</span>
      </span>
      <IconButton
        label={t("message.next")}
        size="sm"
        disabled={turn.index >= count - 1}
        onClick={() => go(turn.index + 1)}
      >
        <ChevronRight className="size-4" aria-hidden="true" />
      </IconButton>
    </div>
  );
}
