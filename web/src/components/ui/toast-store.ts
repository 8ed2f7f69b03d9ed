// What the toasts show, kept outside React so that any code may say something.
export type ToastTone = "info" | "good" | "danger";

export interface Toast {
  id: number;
  text: string;
  tone: ToastTone;
  action: { label: string; run: () => void } | null;
}

export interface ToastOptions {
  tone?: ToastTone;
  action?: { label: string; run: () => void };
  /** Milliseconds on screen; faults and toasts with an action stay longer by themselves. */
  stay?: number;
}

const MOST = 3;
let toasts: readonly Toast[] = [];
let last = 0;
const listeners = new Set<() => void>();

function publish(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

export function toast(text: string, options: ToastOptions = {}): number {
  last += 1;
  const id = last;
  const tone = options.tone ?? "info";
  const entry: Toast = { id, text, tone, action: options.action ?? null };
  publish([...toasts.filter((one) => one.text !== text), entry].slice(-MOST));
  const stay = options.stay ?? (tone === "danger" || options.action ? 10_000 : 5_000);
  setTimeout(() => dismissToast(id), stay);
  return id;
}

export function dismissToast(id: number): void {
  if (toasts.some((one) => one.id === id)) publish(toasts.filter((one) => one.id !== id));
}

export function subscribeToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function currentToasts(): readonly Toast[] {
  return toasts;
}
