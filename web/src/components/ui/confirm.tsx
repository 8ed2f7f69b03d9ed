// Asks before something that cannot be taken back; the safe answer has the focus.
import { AlertDialog } from "radix-ui";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { Button } from "./button.tsx";
import { Backdrop } from "./dialog.tsx";

export interface ConfirmProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description: ReactNode;
  confirmLabel: string;
  onConfirm: () => void;
  busy?: boolean;
  danger?: boolean;
  error?: string | null;
}

export function Confirm(props: ConfirmProps) {
  const t = useTranslations("common");
  return (
    <AlertDialog.Root open={props.open} onOpenChange={props.onOpenChange}>
      <AlertDialog.Portal>
        <Backdrop />
        <div className="pointer-events-none fixed inset-0 z-50 grid place-items-end overflow-y-auto p-3 sm:place-items-center">
          <AlertDialog.Content
            aria-modal="true"
            className="pointer-events-auto w-full max-w-md animate-rise rounded-card border border-line bg-raised p-6 shadow-raised"
          >
            <AlertDialog.Title className="font-semibold text-lg leading-snug">
              {props.title}
            </AlertDialog.Title>
            <AlertDialog.Description className="mt-2 text-muted text-sm">
              {props.description}
            </AlertDialog.Description>
            {props.error ? (
              <p role="alert" className="mt-3 text-danger-ink text-sm">
                {props.error}
              </p>
            ) : null}
            <div className="mt-6 flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
              <AlertDialog.Cancel asChild>
                <Button tone="secondary">{t("cancel")}</Button>
              </AlertDialog.Cancel>
              <Button
                tone={props.danger ? "danger" : "primary"}
                busy={props.busy ?? false}
                onClick={props.onConfirm}
              >
                {props.confirmLabel}
              </Button>
            </div>
          </AlertDialog.Content>
        </div>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
