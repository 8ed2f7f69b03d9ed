// Keys of the chat: a new one, to the composer, stop.
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useRef } from "react";

export interface Shortcuts {
  focusComposer: () => void;
  stop?: (() => void) | undefined;
}

/** An open dialog or menu has the keyboard to itself. */
function somethingIsOpen(): boolean {
  return document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]') !== null;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** Ctrl/Cmd+Shift+O: new chat. Shift+Esc or "/": to the composer. Esc: stop the answer. */
export function useShortcuts(shortcuts: Shortcuts): void {
  const navigate = useNavigate();
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || somethingIsOpen()) return;
      const { focusComposer, stop } = latest.current;
      const command = event.ctrlKey || event.metaKey;
      if (command && event.shiftKey && event.key.toLowerCase() === "o") {
        event.preventDefault();
        void navigate({ to: "/" });
      } else if (
        (event.key === "Escape" && event.shiftKey) ||
        (event.key === "/" && !isTyping(event.target))
      ) {
        if (command || event.altKey) return;
        event.preventDefault();
        focusComposer();
      } else if (event.key === "Escape" && stop !== undefined) {
        event.preventDefault();
        stop();
      }
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [navigate]);
}
