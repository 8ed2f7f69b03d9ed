// A short text beside what is pointed at or reached by keyboard. TooltipLayer shows it; here it is only written down.
import { Slot } from "radix-ui";
import type { ReactNode } from "react";

export interface TooltipProps {
  text: string;
  children: ReactNode;
}

export function Tooltip({ text, children }: TooltipProps) {
  return <Slot.Root data-tip={text}>{children}</Slot.Root>;
}
