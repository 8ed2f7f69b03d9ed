// A short text beside what is pointed at or reached by keyboard. TooltipLayer shows it; here it is only written down.

import type { ReactNode } from "react";
import { Slot } from "./slot.tsx";

export interface TooltipProps {
  text: string;
  children: ReactNode;
}

export function Tooltip({ text, children }: TooltipProps) {
  return <Slot data-tip={text}>{children}</Slot>;
}
