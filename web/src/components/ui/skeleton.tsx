// Grey shapes while something loads; the words are for screen readers.
import { clsx } from "clsx";

export function Skeleton({ className }: { className?: string }) {
  return (
    <div aria-hidden="true" className={clsx("animate-pulse rounded-lg bg-hover", className)} />
  );
}
