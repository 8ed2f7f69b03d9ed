// One tooltip for the whole page: it follows pointer and keyboard to whatever carries `data-tip`.
import { useEffect, useRef } from "react";
import { placeMenu } from "./menu-place.ts";

const WAIT_MS = 500;

export function TooltipLayer() {
  const ref = useRef<HTMLDivElement>(null);

  useEffect(() => {
    const tip = ref.current;
    if (tip === null) return;
    let timer: ReturnType<typeof setTimeout>;
    let shown: Element | null = null;

    const hide = () => {
      clearTimeout(timer);
      if (shown !== null) tip.hidePopover?.();
      shown = null;
    };
    const show = (owner: HTMLElement) => {
      if (!owner.isConnected || owner.dataset.state === "open") return;
      tip.textContent = owner.dataset.tip ?? "";
      tip.showPopover?.();
      shown = owner;
      const place = placeMenu(
        owner.getBoundingClientRect(),
        { width: tip.offsetWidth, height: tip.offsetHeight },
        { width: document.documentElement.clientWidth, height: window.innerHeight },
        "bottom",
        "center",
      );
      tip.style.left = `${place.left}px`;
      tip.style.top = `${place.top}px`;
    };
    const ownerOf = (event: Event) =>
      event.target instanceof Element ? event.target.closest<HTMLElement>("[data-tip]") : null;

    const over = (event: PointerEvent) => {
      const owner = ownerOf(event);
      if (owner === shown && owner !== null) return;
      hide();
      if (owner !== null && event.pointerType === "mouse")
        timer = setTimeout(() => show(owner), WAIT_MS);
    };
    const focus = (event: FocusEvent) => {
      const owner = ownerOf(event);
      hide();
      if (owner?.matches(":focus-visible")) show(owner);
    };
    document.addEventListener("pointerover", over);
    document.addEventListener("focusin", focus);
    for (const name of ["pointerdown", "keydown", "scroll"])
      document.addEventListener(name, hide, true);
    return () => {
      hide();
      document.removeEventListener("pointerover", over);
      document.removeEventListener("focusin", focus);
      for (const name of ["pointerdown", "keydown", "scroll"]) {
        document.removeEventListener(name, hide, true);
      }
    };
  }, []);

  // The text is the name of its owner already, so readers need not hear it twice.
  return (
    <div
      ref={ref}
      popover="manual"
      aria-hidden="true"
      className="pointer-events-none fixed inset-auto m-0 max-w-64 animate-fade overflow-visible rounded-lg border-0 bg-ink px-2.5 py-1.5 text-canvas text-xs shadow-raised"
    />
  );
}
