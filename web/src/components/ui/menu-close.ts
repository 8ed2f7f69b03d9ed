// How an item closes the menu around it.
import { createContext } from "react";

/** Closes the menu and gives the focus back to its button; items call it before they act. */
export const MenuClose = createContext<() => void>(() => {});
