// Several lines of plain text.
import type { ComponentProps, ReactNode } from "react";
import { Field, inputClass } from "@/components/ui/field.tsx";

export interface TextAreaProps extends ComponentProps<"textarea"> {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
}

export function TextArea({ label, hint, error, className, ...rest }: TextAreaProps) {
  return (
    <Field label={label} hint={hint} error={error} {...(className ? { className } : {})}>
      {(parts) => (
        <textarea
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          {...rest}
          {...parts}
          className={`${inputClass} font-mono text-sm`}
        />
      )}
    </Field>
  );
}
