// The unsent text of each conversation, kept on this device until it is sent or wiped.
import { useCallback, useEffect, useRef, useState } from "react";
import { readLocal, writeLocal } from "./local-store.ts";

const SAVE_AFTER_MS = 300;

const keyOf = (conversationId: string | null) => `draft.${conversationId ?? "new"}`;

export function useDraft(conversationId: string | null): [string, (text: string) => void] {
  const key = keyOf(conversationId);
  const [text, setText] = useState(() => readLocal(key) ?? "");
  const unsaved = useRef<string | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const save = useCallback(() => {
    clearTimeout(timer.current);
    if (unsaved.current === null) return;
    writeLocal(key, unsaved.current);
    unsaved.current = null;
  }, [key]);

  const change = useCallback(
    (next: string) => {
      setText(next);
      unsaved.current = next;
      if (next === "") save();
      else {
        clearTimeout(timer.current);
        timer.current = setTimeout(save, SAVE_AFTER_MS);
      }
    },
    [save],
  );

  useEffect(() => {
    // The page may be put away at any moment on a phone.
    addEventListener("pagehide", save);
    document.addEventListener("visibilitychange", save);
    return () => {
      removeEventListener("pagehide", save);
      document.removeEventListener("visibilitychange", save);
      save();
    };
  }, [save]);

  return [text, change];
}
