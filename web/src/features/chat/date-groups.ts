// Sorts conversations under "today", "yesterday", … by the reader's own calendar.
import type { Conversation } from "@/lib/api/types.ts";

export type DateGroup = "today" | "yesterday" | "week" | "month" | "older";

export function groupOf(at: Date, now: Date): DateGroup {
  const day = (date: Date) =>
    new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
  // Rounded: a day with a clock change has 23 or 25 hours.
  const days = Math.round((day(now) - day(at)) / 86_400_000);
  if (days <= 0) return "today";
  if (days === 1) return "yesterday";
  if (days <= 7) return "week";
  if (days <= 30) return "month";
  return "older";
}

export function grouped(
  conversations: readonly Conversation[],
  now: Date,
): { group: DateGroup; items: Conversation[] }[] {
  const groups: { group: DateGroup; items: Conversation[] }[] = [];
  for (const one of conversations) {
    const group = groupOf(new Date(one.updated_at), now);
    const last = groups.at(-1);
    if (last?.group === group) last.items.push(one);
    else groups.push({ group, items: [one] });
  }
  return groups;
}
