// Asks before something that cannot be taken back; the safe answer has the focus.
import { type ReactNode, useId } from "react";
import { useTranslations } from "use-intl";
import { Button } from "./button.tsx";
import { dialogClass } from "./dialog.tsx";
import { Modal } from "./modal.tsx";

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
  const id = useId();
  if (!props.open) return null;
  const close = () => props.onOpenChange(false);
  return (
    <Modal
      role="alertdialog"
      labelledBy={`${id}-title`}
      describedBy={`${id}-text`}
      lightDismiss={false}
      onClose={close}
      className={dialogClass}
    >
      <div className="p-6">
        <h2 id={`${id}-title`} className="font-semibold text-lg leading-snug">
          {props.title}
        </h2>
        <div id={`${id}-text`} className="mt-2 text-muted text-sm">
          {props.description}
        </div>
        {props.error ? (
          <p role="alert" className="mt-3 text-danger-ink text-sm">
            {props.error}
          </p>
        ) : null}
        <div className="mt-6 flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
          <Button tone="secondary" data-autofocus onClick={close}>
            {t("cancel")}
          </Button>
          <Button
            tone={props.danger ? "danger" : "primary"}
            busy={props.busy ?? false}
            onClick={props.onConfirm}
          >
            {props.confirmLabel}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
