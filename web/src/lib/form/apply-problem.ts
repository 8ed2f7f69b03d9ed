// Puts a problem of the server where the reader can mend it: at its fields, or above the form.
import type { FieldValues, Path, UseFormSetError } from "react-hook-form";
import type { ApiProblem } from "@/lib/api/problem.ts";

/** `/display_name` → `display_name`; pointers into lists keep their dots, as react-hook-form names them. */
export function fieldOf(pointer: string): string {
  return pointer
    .replace(/^\//, "")
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .join(".");
}

/** Returns true when every fault found its field, so nothing has to be said above the form. */
export function applyProblem<T extends FieldValues>(
  problem: ApiProblem,
  fields: readonly Path<T>[],
  setError: UseFormSetError<T>,
): boolean {
  let focused = false;
  let placed = 0;
  for (const fault of problem.faults) {
    const name = fields.find((one) => one === fieldOf(fault.pointer));
    if (name === undefined) continue;
    setError(name, { type: fault.code, message: fault.message }, { shouldFocus: !focused });
    focused = true;
    placed += 1;
  }
  return placed > 0 && placed === problem.faults.length;
}
