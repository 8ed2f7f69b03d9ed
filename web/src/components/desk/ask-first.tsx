// Asks before something is done to one thing of a list, does it, and closes when it is done.
import type { QueryKey } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef } from "react";
import { Confirm } from "@/components/ui/confirm.tsx";
import { toast } from "@/components/ui/toast-store.ts";
import { useProblemText } from "@/lib/i18n/use-problem-text.ts";
import { useChange } from "@/lib/query/use-change.ts";
import { focusTitle } from "./page.tsx";

export interface Act<T> {
  act: (about: T) => Promise<unknown>;
  touches: readonly QueryKey[];
  /** Said when it worked. */
  said?: string;
  title: (about: T) => string;
  body: (about: T) => ReactNode;
  /** What the button says. */
  label: string;
  /** The thing stays: nothing is lost, and what opened the question is still there. */
  keeps?: boolean;
}

export interface AskFirstProps<T> extends Act<T> {
  /** What is asked about; while it is null nothing is asked. */
  about: T | null;
  onClose: () => void;
}

export function AskFirst<T>(props: AskFirstProps<T>) {
  const { about } = props;
  return about === null ? null : <Question {...props} about={about} />;
}

function Question<T>({
  about,
  onClose,
  act,
  touches,
  said,
  title,
  body,
  label,
  keeps = false,
}: AskFirstProps<T> & { about: T }) {
  const text = useProblemText();
  const here = useRef(true);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);
  const change = useChange({
    act: async () => {
      try {
        await act(about);
      } catch (cause) {
        // Whoever closed the question meanwhile hears of it all the same.
        if (!here.current) toast(text(cause), { tone: "danger" });
        throw cause;
      }
    },
    touches,
    ...(said === undefined ? {} : { said }),
    done: () => {
      // What is open now is another question.
      if (!here.current) return;
      onClose();
      if (!keeps) focusTitle();
    },
  });
  return (
    <Confirm
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={title(about)}
      description={body(about)}
      confirmLabel={label}
      danger={!keeps}
      busy={change.busy}
      error={change.fault}
      onConfirm={() => change.run()}
    />
  );
}
