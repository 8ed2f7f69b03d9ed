// What the chat keeps on this device: drafts, questions that are not sent yet, the model last chosen. By person.
import { getSession } from "@/lib/api/token.ts";

const PREFIX = "obrol.chat.";

function owner(): string | null {
  return getSession().user?.id ?? null;
}

function nameOf(key: string): string | null {
  const user = owner();
  return user === null ? null : `${PREFIX}${user}.${key}`;
}

export function readLocal(key: string): string | null {
  const name = nameOf(key);
  try {
    return name === null ? null : localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Null or nothing removes it. Storage may be full or blocked: then it lasts as long as the page. */
export function writeLocal(key: string, value: string | null): void {
  const name = nameOf(key);
  if (name === null) return;
  try {
    if (value === null || value === "") localStorage.removeItem(name);
    else localStorage.setItem(name, value);
  } catch {
    // nothing that the reader could do about it
  }
}

export function localKeys(start: string): string[] {
  const name = nameOf(start);
  if (name === null) return [];
  const user = owner();
  const cut = `${PREFIX}${user}.`.length;
  try {
    return Object.keys(localStorage)
      .filter((one) => one.startsWith(name))
      .map((one) => one.slice(cut));
  } catch {
    return [];
  }
}

/** The key inside this person's part of the storage, or null when the change is not theirs. */
export function ownKey(storageKey: string | null): string | null {
  const user = owner();
  const start = `${PREFIX}${user}.`;
  return user !== null && storageKey?.startsWith(start) ? storageKey.slice(start.length) : null;
}

/** When somebody signs out of a shared machine, nothing of what they wrote stays on it. */
export function clearLocal(user: string): void {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(`${PREFIX}${user}.`)) localStorage.removeItem(key);
    }
  } catch {
    // blocked storage holds nothing
  }
}
