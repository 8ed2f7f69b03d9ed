// One of a list. The browser's own: right on phones, and no weight.
import { ChevronDown } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { Field, inputClass } from "@/components/ui/field.tsx";

export interface Choice {
  value: string;
  label: string;
  disabled?: boolean;
}

export interface SelectFieldProps extends ComponentProps<"select"> {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  choices: readonly Choice[];
}

export function SelectField({ label, hint, error, choices, className, ...rest }: SelectFieldProps) {
  return (
    <Field label={label} hint={hint} error={error} {...(className ? { className } : {})}>
      {(parts) => (
        <div className="relative">
          <select
            {...rest}
            {...parts}
            className={`${inputClass} cursor-pointer appearance-none truncate pe-10`}
          >
            {choices.map((one) => (
              <option
                key={one.value}
                value={one.value}
                disabled={one.disabled}
                className="bg-raised text-ink"
              >
                {one.label}
              </option>
            ))}
          </select>
          <ChevronDown
            className="pointer-events-none absolute end-3 top-1/2 size-4.5 -translate-y-1/2 text-muted"
            aria-hidden="true"
          />
        </div>
      )}
    </Field>
  );
}
