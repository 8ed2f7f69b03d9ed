// A dialog over the page. Radix' own overlay is left out: it injects a style element, which the CSP refuses.
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { IconButton } from "./icon-button.tsx";

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  children: ReactNode;
}

export function Dialog({ open, onOpenChange, title, description, children }: DialogProps) {
  const t = useTranslations("common");
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Backdrop />
        <div className="pointer-events-none fixed inset-0 z-50 grid place-items-end overflow-y-auto p-3 sm:place-items-center">
          <Radix.Content
            aria-modal="true"
            {...(description ? {} : { "aria-describedby": undefined })}
            className="pointer-events-auto w-full max-w-md animate-rise rounded-card border border-line bg-raised p-6 shadow-raised"
          >
            <div className="flex items-start justify-between gap-4">
              <Radix.Title className="pt-0.5 font-semibold text-lg leading-snug">
                {title}
              </Radix.Title>
              <Radix.Close asChild>
                <IconButton label={t("close")} tooltip={false} size="sm" className="-me-2 -mt-0.5">
                  <X className="size-5" aria-hidden="true" />
                </IconButton>
              </Radix.Close>
            </div>
            {description ? (
              <Radix.Description className="mt-2 text-muted text-sm">
                {description}
              </Radix.Description>
            ) : null}
            <div className="mt-5">{children}</div>
          </Radix.Content>
        </div>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** The veil behind dialogs and sheets. A press on it counts as outside, so Radix closes what is above. */
export function Backdrop() {
  return (
    <div
      aria-hidden="true"
      className="fixed inset-0 z-40 animate-fade bg-[oklch(0.15_0.02_260/0.45)] backdrop-blur-[2px]"
    />
  );
}
