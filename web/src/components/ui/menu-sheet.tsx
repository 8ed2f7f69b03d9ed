// The open menu: shows itself in the top layer, moves the focus by keys, closes on Escape, Tab and a press elsewhere.
import { type KeyboardEvent, type ReactNode, type RefObject, useLayoutEffect, useRef } from "react";
import { placeMenu } from "./menu-place.ts";

const TYPEAHEAD_MS = 700;
const ITEMS = '[role^="menuitem"]:not([aria-disabled="true"])';

export interface MenuSheetProps {
  id: string;
  button: RefObject<HTMLElement | null>;
  align: "start" | "center" | "end";
  side: "top" | "bottom";
  focusLast: boolean;
  /** Closed by its user: the focus goes back to the button. */
  onClose: () => void;
  /** Closed because the user went elsewhere: the focus stays there. */
  onLeave: () => void;
  children: ReactNode;
}

export function MenuSheet(props: MenuSheetProps) {
  const { id, button, align, side, focusLast, onClose, children } = props;
  const sheet = useRef<HTMLDivElement>(null);
  const typed = useRef({ text: "", at: 0 });
  const leave = useRef(props.onLeave);
  leave.current = props.onLeave;

  useLayoutEffect(() => {
    const menu = sheet.current;
    const anchor = button.current;
    if (menu === null || anchor === null) return;
    menu.showPopover?.();
    const put = () => {
      const size = { width: menu.offsetWidth, height: menu.scrollHeight + 2 };
      const screen = { width: document.documentElement.clientWidth, height: window.innerHeight };
      const place = placeMenu(anchor.getBoundingClientRect(), size, screen, side, align);
      menu.style.left = `${place.left}px`;
      menu.style.top = `${place.top}px`;
      menu.style.maxHeight = `${place.maxHeight}px`;
    };
    put();
    const items = [...menu.querySelectorAll<HTMLElement>(ITEMS)];
    const checked = items.find((one) => one.getAttribute("aria-checked") === "true");
    const plain = items.every((one) => one.getAttribute("role") === "menuitemradio");
    const first = focusLast ? items.at(-1) : plain && checked ? checked : items[0];
    (first ?? menu).focus({ preventScroll: true });

    const outside = (event: PointerEvent) => {
      const target = event.target;
      if (target instanceof Node && !menu.contains(target) && !anchor.contains(target))
        leave.current();
    };
    document.addEventListener("pointerdown", outside, true);
    window.addEventListener("resize", put);
    window.addEventListener("scroll", put, true);
    return () => {
      document.removeEventListener("pointerdown", outside, true);
      window.removeEventListener("resize", put);
      window.removeEventListener("scroll", put, true);
    };
  }, [align, side, focusLast, button]);

  function onKeyDown(event: KeyboardEvent<HTMLDivElement>): void {
    const items = [...event.currentTarget.querySelectorAll<HTMLElement>(ITEMS)];
    const now = items.indexOf(document.activeElement as HTMLElement);
    const go = (index: number) => {
      event.preventDefault();
      items.at(index % Math.max(1, items.length))?.focus();
    };
    event.stopPropagation();
    if (event.key === "ArrowDown") go(now + 1);
    else if (event.key === "ArrowUp") go(now <= 0 ? -1 : now - 1);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(-1);
    else if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      onClose();
    } else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey) {
      const fresh = event.timeStamp - typed.current.at > TYPEAHEAD_MS;
      typed.current = {
        text: (fresh ? "" : typed.current.text) + event.key.toLowerCase(),
        at: event.timeStamp,
      };
      const from = now + (fresh ? 1 : 0);
      const turned = [...items.slice(Math.max(0, from)), ...items.slice(0, Math.max(0, from))];
      turned
        .find((one) => one.textContent?.trim().toLowerCase().startsWith(typed.current.text))
        ?.focus();
    }
  }

  return (
    <div
      ref={sheet}
      id={id}
      role="menu"
      popover="manual"
      tabIndex={-1}
      aria-label={
        button.current?.getAttribute("aria-label") ?? button.current?.textContent ?? undefined
      }
      onKeyDown={onKeyDown}
      // The button may sit in a link or a row that acts on presses.
      onClick={(event) => event.stopPropagation()}
      onPointerMove={(event) => {
        if (event.pointerType !== "mouse" || !(event.target instanceof Element)) return;
        event.target.closest<HTMLElement>(ITEMS)?.focus({ preventScroll: true });
      }}
      className="fixed inset-auto m-0 min-w-52 max-w-80 animate-rise overflow-y-auto rounded-xl border border-line bg-raised p-1.5 text-ink shadow-raised outline-none"
    >
      {children}
    </div>
  );
}
