// A panel that slides in from the side on phones; holds the navigation.
import { type ReactNode, useId } from "react";
import { Modal } from "./modal.tsx";

export interface SheetProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** Spoken when the sheet opens; not shown. */
  title: string;
  children: ReactNode;
}

export function Sheet({ open, onOpenChange, title, children }: SheetProps) {
  const id = useId();
  if (!open) return null;
  return (
    <Modal
      labelledBy={id}
      onClose={() => onOpenChange(false)}
      className="m-0 h-dvh max-h-none w-[min(20rem,86vw)] max-w-none animate-slide-in overflow-hidden border-e bg-side p-0"
    >
      <div className="flex h-full flex-col">
        {/* The focus begins here: in the search field it would call up the phone's keyboard. */}
        <h2 id={id} tabIndex={-1} data-autofocus="" className="sr-only">
          {title}
        </h2>
        {children}
      </div>
    </Modal>
  );
}
