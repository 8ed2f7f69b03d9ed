// A labelled text input with its hint and its fault, tied together for screen readers.
import { clsx } from "clsx";
import { CircleAlert } from "lucide-react";
import { type ComponentProps, type ReactNode, useId } from "react";

export const inputClass =
  "min-h-11 w-full rounded-control border border-edge bg-surface px-3.5 py-2 text-base text-ink placeholder:text-muted transition-colors focus:border-accent focus:outline-2 focus:outline-accent focus:-outline-offset-1 disabled:opacity-60 aria-invalid:border-danger aria-invalid:focus:outline-danger";

export interface FieldParts {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": boolean | undefined;
}

export interface FieldProps {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  className?: string;
  children: (parts: FieldParts) => ReactNode;
}

/** The frame: label above, hint and fault below; the control itself comes from the caller. */
export function Field({ label, hint, error, className, children }: FieldProps) {
  const id = useId();
  const hintId = `${id}-hint`;
  const errorId = `${id}-error`;
  const described = [error ? errorId : null, hint ? hintId : null].filter((one) => one !== null);
  return (
    <div className={clsx("flex flex-col gap-1.5", className)}>
      <label htmlFor={id} className="font-medium text-ink text-sm">
        {label}
      </label>
      {children({
        id,
        "aria-describedby": described.length > 0 ? described.join(" ") : undefined,
        "aria-invalid": error ? true : undefined,
      })}
      {error ? (
        <p id={errorId} className="flex items-start gap-1.5 text-danger-ink text-sm">
          <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
          <span>{error}</span>
        </p>
      ) : null}
      {hint ? (
        <div id={hintId} className="text-muted text-sm">
          {hint}
        </div>
      ) : null}
    </div>
  );
}

export interface TextFieldProps extends ComponentProps<"input"> {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
}

export function TextField({ label, hint, error, className, ...rest }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} error={error} {...(className ? { className } : {})}>
      {(parts) => <input {...rest} {...parts} className={inputClass} />}
    </Field>
  );
}
