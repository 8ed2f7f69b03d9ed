// A dialog over the page, with a heading and a button that closes it.
import { X } from "lucide-react";
import { type ReactNode, useId } from "react";
import { useTranslations } from "use-intl";
import { IconButton } from "./icon-button.tsx";
import { Modal } from "./modal.tsx";

const placed =
  "mx-auto mt-auto mb-3 w-[calc(100%-1.5rem)] animate-rise rounded-card border p-0 sm:my-auto";
export const dialogClass = `${placed} max-w-md`;
const wideClass = `${placed} max-w-2xl`;

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  /** For forms with columns. */
  wide?: boolean;
  /** A press beside it does not close it: something in it would be lost. */
  guarded?: boolean;
  children: ReactNode;
}

export function Dialog({
  open,
  onOpenChange,
  title,
  description,
  wide,
  guarded,
  children,
}: DialogProps) {
  const t = useTranslations("common");
  const id = useId();
  if (!open) return null;
  return (
    <Modal
      labelledBy={`${id}-title`}
      describedBy={description ? `${id}-text` : undefined}
      lightDismiss={guarded !== true}
      onClose={() => onOpenChange(false)}
      className={wide ? wideClass : dialogClass}
    >
      <div className="p-6">
        <div className="flex items-start justify-between gap-4">
          <h2 id={`${id}-title`} className="pt-0.5 font-semibold text-lg leading-snug">
            {title}
          </h2>
          <IconButton
            label={t("close")}
            tooltip={false}
            size="sm"
            className="-me-2 -mt-0.5"
            onClick={() => onOpenChange(false)}
          >
            <X className="size-5" aria-hidden="true" />
          </IconButton>
        </div>
        {description ? (
          <div id={`${id}-text`} className="mt-2 text-muted text-sm">
            {description}
          </div>
        ) : null}
        <div className="mt-5">{children}</div>
      </div>
    </Modal>
  );
}
