// A dialog over the page, with a heading and a button that closes it.
import { X } from "lucide-react";
import { type ReactNode, useId } from "react";
import { useTranslations } from "use-intl";
import { IconButton } from "./icon-button.tsx";
import { Modal } from "./modal.tsx";

export const dialogClass =
  "mx-auto mt-auto mb-3 w-[calc(100%-1.5rem)] max-w-md animate-rise rounded-card border p-0 sm:my-auto";

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  children: ReactNode;
}

export function Dialog({ open, onOpenChange, title, description, children }: DialogProps) {
  const t = useTranslations("common");
  const id = useId();
  if (!open) return null;
  return (
    <Modal
      labelledBy={`${id}-title`}
      describedBy={description ? `${id}-text` : undefined}
      onClose={() => onOpenChange(false)}
      className={dialogClass}
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
