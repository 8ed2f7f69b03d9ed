// The browser's own modal dialog: it keeps the focus, makes the page behind inert and closes on Escape.
import { clsx } from "clsx";
import { type ReactNode, useLayoutEffect, useRef } from "react";

export interface ModalProps {
  role?: "dialog" | "alertdialog";
  labelledBy: string;
  describedBy?: string | undefined;
  /** A press beside the dialog closes it; not for questions that want an answer. */
  lightDismiss?: boolean;
  onClose: () => void;
  className: string;
  children: ReactNode;
}

/** Open as long as it is rendered. The first field has the focus, or whatever carries `data-autofocus`. */
export function Modal({
  role,
  labelledBy,
  describedBy,
  lightDismiss = true,
  onClose,
  className,
  children,
}: ModalProps) {
  const ref = useRef<HTMLDialogElement>(null);

  useLayoutEffect(() => {
    const dialog = ref.current;
    if (dialog === null) return;
    if (!dialog.open) dialog.showModal();
    const first =
      dialog.querySelector<HTMLElement>("[data-autofocus]") ??
      dialog.querySelector<HTMLElement>("input:not([type=hidden]), textarea, select");
    first?.focus();
    // Closing gives the focus back to where it was; just removing the element would not.
    return () => dialog.close();
  }, []);

  return (
    <dialog
      ref={ref}
      role={role}
      aria-labelledby={labelledBy}
      aria-describedby={describedBy}
      onCancel={(event) => {
        if (event.target !== event.currentTarget) return;
        event.preventDefault();
        onClose();
      }}
      onClose={(event) => {
        // The browser may close it over our head (two Escapes in a row).
        if (event.target === event.currentTarget && !event.currentTarget.open) onClose();
      }}
      onPointerDown={(event) => {
        if (lightDismiss && event.target === event.currentTarget) onClose();
      }}
      className={clsx(
        "text-wrap border-line bg-raised text-start text-ink shadow-raised outline-none backdrop:animate-fade backdrop:bg-[oklch(0.15_0.02_260/0.5)] backdrop:backdrop-blur-[2px]",
        className,
      )}
    >
      {children}
    </dialog>
  );
}
