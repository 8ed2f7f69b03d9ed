// Light, dark or like the device; kept on this device. public/boot.js applies the same rule before the first paint.
import { useSyncExternalStore } from "react";

export const THEMES = ["light", "dark", "system"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "obrol.theme";
const listeners = new Set<() => void>();
const media =
  typeof matchMedia === "function" ? matchMedia("(prefers-color-scheme: dark)") : undefined;

function isTheme(value: unknown): value is Theme {
  return THEMES.some((one) => one === value);
}

function stored(): Theme {
  try {
    const value = localStorage.getItem(KEY);
    return isTheme(value) ? value : "system";
  } catch {
    return "system";
  }
}

let current: Theme = stored();

function apply(): void {
  const dark = current === "dark" || (current === "system" && media?.matches === true);
  const root = document.documentElement;
  root.classList.toggle("dark", dark);
  root.style.colorScheme = dark ? "dark" : "light";
  const meta = document.querySelector('meta[name="theme-color"]');
  meta?.setAttribute("content", dark ? "#17181c" : "#fbfaf7");
}

export function setTheme(theme: Theme): void {
  current = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // storage may be blocked: the choice then lasts as long as the page
  }
  apply();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useTheme(): [Theme, (theme: Theme) => void] {
  return [useSyncExternalStore(subscribe, () => current), setTheme];
}

media?.addEventListener("change", apply);
if (typeof window !== "undefined") {
  // Another tab of this browser changed it.
  window.addEventListener("storage", (event) => {
    if (event.key !== KEY) return;
    current = stored();
    apply();
    for (const listener of listeners) listener();
  });
}
