// A form in a dialog: what is wrong with it as a whole, its fields, and the buttons at its end.
import type { FormEvent, ReactNode } from "react";
import { Alert } from "@/components/ui/alert.tsx";
import { Dialog, type DialogProps } from "@/components/ui/dialog.tsx";
import { FormEnd, type FormEndProps } from "./form-end.tsx";

export interface FormDialogProps
  extends Pick<DialogProps, "title" | "description" | "wide" | "guarded">,
    Pick<FormEndProps, "busy" | "label"> {
  fault: string | null;
  onSubmit: (event: FormEvent) => void;
  onClose: () => void;
  children: ReactNode;
}

export function FormDialog({
  fault,
  busy,
  label,
  onSubmit,
  onClose,
  children,
  ...dialog
}: FormDialogProps) {
  return (
    <Dialog {...dialog} open onOpenChange={(open) => (open ? undefined : onClose())}>
      <form noValidate onSubmit={onSubmit} className="flex flex-col gap-5">
        {fault === null ? null : <Alert tone="danger">{fault}</Alert>}
        {children}
        <FormEnd busy={busy} onCancel={onClose} {...(label === undefined ? {} : { label })} />
      </form>
    </Dialog>
  );
}
