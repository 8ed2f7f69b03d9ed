// One of a few, side by side. Real radio buttons, so arrow keys and forms work by themselves.
import type { ReactNode } from "react";
import { useId } from "react";

export interface SegmentedProps<T extends string> {
  label: string;
  hint?: string;
  value: T;
  onChange: (value: T) => void;
  choices: readonly { value: T; label: string; icon?: ReactNode; lang?: string }[];
}

export function Segmented<T extends string>({
  label,
  hint,
  value,
  onChange,
  choices,
}: SegmentedProps<T>) {
  const name = useId();
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1.5 font-medium text-sm">{label}</legend>
      <div className="flex flex-wrap gap-1 rounded-xl bg-sunken p-1">
        {choices.map((choice) => (
          <label
            key={choice.value}
            lang={choice.lang}
            className="flex min-h-11 flex-auto basis-24 cursor-pointer items-center justify-center gap-2 rounded-lg px-3 text-center text-muted text-sm hover:text-ink has-checked:bg-surface has-checked:font-medium has-checked:text-ink has-checked:shadow-card has-focus-visible:outline-2 has-focus-visible:outline-accent dark:has-checked:bg-raised"
          >
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={choice.value === value}
              onChange={() => onChange(choice.value)}
              className="sr-only"
            />
            {choice.icon ? (
              <span aria-hidden="true" className="[&_svg]:size-4.5">
                {choice.icon}
              </span>
            ) : null}
            {choice.label}
          </label>
        ))}
      </div>
      {hint ? <p className="text-muted text-sm">{hint}</p> : null}
    </fieldset>
  );
}
