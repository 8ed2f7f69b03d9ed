// How much of a limit is used.
import { useId } from "react";

export interface MeterProps {
  label: string;
  value: number;
  /** Null: there is no limit, so there is nothing to fill. */
  max: number | null;
  /** The same in words: "12,000 of 100,000 tokens". */
  text: string;
  hint?: string;
}

export function Meter({ label, value, max, text, hint }: MeterProps) {
  const id = useId();
  const part = max === null ? 0 : max === 0 ? 1 : Math.min(1, value / max);
  const tone = part >= 1 ? "fill-danger" : part >= 0.8 ? "fill-warn-ink" : "fill-accent";
  return (
    <div className="flex flex-col gap-1.5">
      <div className="flex flex-wrap items-baseline justify-between gap-x-4">
        <span id={id} className="font-medium text-sm">
          {label}
        </span>
        <span className="text-muted text-sm tabular-nums">{text}</span>
      </div>
      {max === null ? null : (
        // biome-ignore lint/a11y/useSemanticElements: a <meter> cannot be drawn in our colours
        <div
          role="meter"
          aria-labelledby={id}
          aria-valuemin={0}
          aria-valuemax={Math.max(max, 1)}
          aria-valuenow={max === 0 ? 1 : Math.min(value, max)}
          aria-valuetext={text}
          className="h-2 overflow-hidden rounded-full bg-sunken"
        >
          <svg
            viewBox="0 0 100 1"
            preserveAspectRatio="none"
            aria-hidden="true"
            className="h-full w-full"
          >
            <rect width={part * 100} height={1} className={tone} />
          </svg>
        </div>
      )}
      {hint ? <p className="text-muted text-xs">{hint}</p> : null}
    </div>
  );
}
