// A person without a picture: initials on a colour that stays theirs.
import { initialsOf } from "@/lib/format/initials.ts";

export function Avatar({ name }: { name: string }) {
  return (
    <span
      aria-hidden="true"
      className="grid size-9 shrink-0 select-none place-items-center rounded-full bg-accent-soft font-semibold text-accent-ink text-xs"
    >
      {initialsOf(name)}
    </span>
  );
}
