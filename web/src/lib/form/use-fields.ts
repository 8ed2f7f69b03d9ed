// Small forms: values, checks before sending, and the server's problem put where the reader can mend it.
import { type FormEvent, useRef, useState } from "react";
import { problemFrom } from "@/lib/api/problem.ts";
import { useProblemText } from "@/lib/i18n/use-problem-text.ts";
import { fieldOf } from "./field-of.ts";

type Texts<T> = { [K in keyof T]?: string };
/** Says what is wrong with a value beside the others, or null. */
type Checks<T> = { [K in keyof T]?: (value: string, all: T) => string | null };

export interface FieldProps {
  name: string;
  value: string;
  error: string | undefined;
  onChange: (event: { target: { value: string } }) => void;
  ref: (input: HTMLElement | null) => void;
}

export interface Fields<T> {
  values: T;
  busy: boolean;
  /** What is wrong with the form as a whole, in the reader's language. */
  fault: string | null;
  field: (name: keyof T & string) => FieldProps;
  /** Makes the handler of the form. `send` throws what the server refused. */
  onSubmit: (send: (values: T) => Promise<void>) => (event: FormEvent) => void;
  focus: (name: keyof T & string) => void;
  /** Puts a value there that nobody typed. */
  set: (name: keyof T & string, value: string) => void;
}

export function useFields<T extends Record<string, string>>(
  initial: T,
  checks: Checks<T>,
): Fields<T> {
  const text = useProblemText();
  const [values, setValues] = useState(initial);
  const [errors, setErrors] = useState<Texts<T>>({});
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const inputs = useRef(new Map<string, HTMLElement>());
  const names = Object.keys(initial) as (keyof T & string)[];

  function focusFirst(wrong: Texts<T>): void {
    const name = names.find((one) => wrong[one] !== undefined);
    if (name !== undefined) reach(inputs.current.get(name));
  }

  function checked(): Texts<T> {
    const wrong: Texts<T> = {};
    for (const name of names) {
      const message = checks[name]?.(values[name] ?? "", values);
      if (message) wrong[name] = message;
    }
    return wrong;
  }

  function refused(cause: unknown): void {
    const { faults } = problemFrom(cause);
    const wrong: Texts<T> = {};
    const homeless: string[] = [];
    for (const one of faults) {
      const pointed = fieldOf(one.pointer);
      // A fault of one line or part belongs to the field that holds all of them.
      const name = names.find((own) => own === pointed || pointed.startsWith(`${own}.`));
      if (name === undefined) homeless.push(one.message);
      else wrong[name] ??= one.message;
    }
    setErrors(wrong);
    // Said above the form unless every fault has found its field.
    if (homeless.length > 0) setFault([...new Set(homeless)].join(" "));
    else if (faults.length === 0) setFault(text(cause));
    focusFirst(wrong);
  }

  async function run(send: (values: T) => Promise<void>): Promise<void> {
    if (busy) return;
    const wrong = checked();
    setErrors(wrong);
    setFault(null);
    focusFirst(wrong);
    if (Object.keys(wrong).length > 0) return;
    setBusy(true);
    try {
      await send(values);
    } catch (cause) {
      refused(cause);
    } finally {
      setBusy(false);
    }
  }

  return {
    values,
    busy,
    fault,
    field: (name) => ({
      name,
      value: values[name] ?? "",
      error: errors[name],
      onChange: (event) => {
        const { value } = event.target;
        setValues((before) => ({ ...before, [name]: value }));
        // A complaint stays until it is mended; no new one appears while somebody is still typing.
        if (errors[name] !== undefined && !checks[name]?.(value, values)) {
          setErrors((before) => ({ ...before, [name]: undefined }));
        }
      },
      ref: (input) => {
        if (input === null) inputs.current.delete(name);
        else inputs.current.set(name, input);
      },
    }),
    onSubmit: (send) => (event) => {
      event.preventDefault();
      void run(send);
    },
    set: (name, value) => setValues((before) => ({ ...before, [name]: value })),
    focus: (name) => {
      const input = inputs.current.get(name);
      reach(input);
      if (input instanceof HTMLInputElement) input.select();
    },
  };
}

/** Focuses it, also where it is folded away. */
function reach(input: HTMLElement | undefined): void {
  const fold = input?.closest("details");
  if (fold) fold.open = true;
  input?.focus();
}
