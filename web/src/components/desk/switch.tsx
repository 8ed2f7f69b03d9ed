// On or off, at once or with the form around it. A real checkbox underneath.
import { type ReactNode, useId } from "react";

export interface SwitchProps {
  label: string;
  hint?: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
  /** Only the switch is seen; the label is spoken. */
  bare?: boolean;
}

export function Switch({ label, hint, checked, onChange, disabled = false, bare }: SwitchProps) {
  const id = useId();
  const control = (
    <input
      id={id}
      type="checkbox"
      role="switch"
      checked={checked}
      aria-checked={checked}
      disabled={disabled}
      aria-label={bare ? label : undefined}
      aria-describedby={hint && !bare ? `${id}-hint` : undefined}
      onChange={(event) => onChange(event.target.checked)}
      className="relative h-6 w-10 shrink-0 cursor-pointer appearance-none rounded-full bg-edge transition-colors before:absolute before:top-0.5 before:left-0.5 before:size-5 before:rounded-full before:bg-surface before:transition-transform before:content-[''] checked:bg-accent checked:before:translate-x-4 disabled:cursor-not-allowed disabled:opacity-50"
    />
  );
  if (bare)
    return <span className="inline-flex size-11 items-center justify-center">{control}</span>;
  return (
    <div className="flex min-h-11 items-start justify-between gap-4 py-1.5">
      <div className="min-w-0">
        <label htmlFor={id} className="font-medium text-sm">
          {label}
        </label>
        {hint ? (
          <div id={`${id}-hint`} className="text-pretty text-muted text-sm">
            {hint}
          </div>
        ) : null}
      </div>
      {control}
    </div>
  );
}
