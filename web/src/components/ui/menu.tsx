// Menus that drop down from a button: the browser's popover for the layer, our own keys and place. A library for this
// weighs 30 kB in the first load.

import { type ReactNode, useId, useRef, useState } from "react";
import { MenuClose } from "./menu-close.ts";
import { MenuSheet } from "./menu-sheet.tsx";
import { Slot } from "./slot.tsx";

export interface MenuProps {
  /** One button; it gets the ARIA and the handlers. */
  trigger: ReactNode;
  children: ReactNode;
  align?: "start" | "center" | "end";
  side?: "top" | "bottom";
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
}

export function Menu({ trigger, children, align = "end", side = "bottom", ...state }: MenuProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const [own, setOwn] = useState(false);
  const [last, setLast] = useState(false);
  const open = state.open ?? own;

  function change(next: boolean, focusLast = false): void {
    setLast(focusLast);
    setOwn(next);
    state.onOpenChange?.(next);
  }

  function close(): void {
    change(false);
    button.current?.focus({ preventScroll: true });
  }

  return (
    <>
      <Slot
        ref={button}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        data-state={open ? "open" : "closed"}
        onClick={() => change(!open)}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
          event.preventDefault();
          change(true, event.key === "ArrowUp");
        }}
      >
        {trigger}
      </Slot>
      {open ? (
        <MenuClose value={close}>
          <MenuSheet
            id={id}
            button={button}
            align={align}
            side={side}
            focusLast={last}
            onClose={close}
            onLeave={() => change(false)}
          >
            {children}
          </MenuSheet>
        </MenuClose>
      ) : null}
    </>
  );
}

export function MenuSeparator() {
  return <hr className="my-1.5 border-line" />;
}

/** A line of text in a menu that cannot be chosen. */
export function MenuNote({ children }: { children: ReactNode }) {
  return <div className="px-3 py-2 text-muted text-sm">{children}</div>;
}

export { MenuChoices, MenuItem } from "./menu-item.tsx";
