// Whether this reader wants the column at the side; kept on this device.
import { useState } from "react";

const KEY = "obrol.sidebar";

export function useSidebarShown(): [boolean, (shown: boolean) => void] {
  const [shown, setShown] = useState(() => {
    try {
      return localStorage.getItem(KEY) !== "hidden";
    } catch {
      return true;
    }
  });
  return [
    shown,
    (next) => {
      setShown(next);
      try {
        localStorage.setItem(KEY, next ? "shown" : "hidden");
      } catch {
        // storage may be blocked: the choice then lasts as long as the page
      }
    },
  ];
}
