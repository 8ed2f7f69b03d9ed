// A panel that slides in from the side on phones; holds the navigation.
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { Backdrop } from "./dialog.tsx";

export interface SheetProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** Spoken when the sheet opens; not shown. */
  title: string;
  children: ReactNode;
}

export function Sheet({ open, onOpenChange, title, children }: SheetProps) {
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Backdrop />
        <Radix.Content
          aria-modal="true"
          aria-describedby={undefined}
          className="fixed inset-y-0 start-0 z-50 flex w-[min(20rem,86vw)] animate-slide-in flex-col border-line border-e bg-side shadow-raised outline-none"
        >
          <Radix.Title className="sr-only">{title}</Radix.Title>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
