// Several of a few, each with a sentence that says what it means.
import { CircleAlert } from "lucide-react";
import { useId } from "react";

export interface ChecksProps<T extends string> {
  label: string;
  error?: string | undefined;
  value: readonly T[];
  onChange: (value: T[]) => void;
  choices: readonly { value: T; label: string; hint?: string }[];
}

export function Checks<T extends string>({
  label,
  error,
  value,
  onChange,
  choices,
}: ChecksProps<T>) {
  const id = useId();
  return (
    <fieldset
      aria-describedby={error ? `${id}-error` : undefined}
      className="flex flex-col rounded-control"
    >
      <legend className="mb-1 font-medium text-sm">{label}</legend>
      {choices.map((choice) => (
        <label
          key={choice.value}
          className="flex min-h-11 cursor-pointer items-start gap-3 rounded-control px-2 py-2 hover:bg-hover"
        >
          <input
            type="checkbox"
            checked={value.includes(choice.value)}
            aria-invalid={error ? true : undefined}
            onChange={(event) =>
              onChange(
                choices
                  .map((one) => one.value)
                  .filter((one) =>
                    one === choice.value ? event.target.checked : value.includes(one),
                  ),
              )
            }
            className="mt-0.5 size-5 shrink-0 accent-accent"
          />
          <span className="min-w-0 text-sm">
            <span className="block font-medium">{choice.label}</span>
            {choice.hint ? <span className="block text-muted">{choice.hint}</span> : null}
          </span>
        </label>
      ))}
      {error ? (
        <p id={`${id}-error`} className="flex items-start gap-1.5 text-danger-ink text-sm">
          <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
          {error}
        </p>
      ) : null}
    </fieldset>
  );
}
