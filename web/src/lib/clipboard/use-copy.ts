// Copies a text and says for a moment that it did.
import { useEffect, useRef, useState } from "react";
import { copyText } from "./copy-text.ts";

const COPIED_MS = 2_000;

export function useCopy(
  text: string,
  onRefused?: () => void,
): { copied: boolean; copy: () => void } {
  const [copied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    if (!(await copyText(text))) {
      onRefused?.();
      return;
    }
    setCopied(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setCopied(false), COPIED_MS);
  };
  return { copied, copy: () => void copy() };
}
