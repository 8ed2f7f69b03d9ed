// The strip at the top of the signed-in pages. A page puts its title and actions there through <TopBar>.
import { createContext, type ReactNode, use } from "react";
import { createPortal } from "react-dom";

const Slot = createContext<HTMLElement | null>(null);

export const TopBarSlot = Slot.Provider;

export function TopBar({ children }: { children: ReactNode }) {
  const slot = use(Slot);
  return slot === null ? null : createPortal(children, slot);
}
