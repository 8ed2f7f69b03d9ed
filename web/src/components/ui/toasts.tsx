// The corner where short messages appear; a live region that is always there, so that readers hear them.
import { clsx } from "clsx";
import { CircleAlert, CircleCheck, Info, X } from "lucide-react";
import { useSyncExternalStore } from "react";
import { useTranslations } from "use-intl";
import { IconButton } from "./icon-button.tsx";
import { currentToasts, dismissToast, subscribeToasts } from "./toast-store.ts";

const icons = { info: Info, good: CircleCheck, danger: CircleAlert };
const iconTone = { info: "text-accent-ink", good: "text-good-ink", danger: "text-danger-ink" };

export function Toasts() {
  const t = useTranslations("common");
  const toasts = useSyncExternalStore(subscribeToasts, currentToasts);
  return (
    <div
      role="status"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-0 top-[max(0.75rem,env(safe-area-inset-top))] z-50 flex flex-col items-center gap-2 px-3"
    >
      {toasts.map((toast) => {
        const Icon = icons[toast.tone];
        return (
          <div
            key={toast.id}
            className="pointer-events-auto flex w-full max-w-sm animate-rise items-center gap-3 rounded-xl border border-line bg-raised py-1.5 ps-4 pe-1.5 text-sm shadow-raised"
          >
            <Icon className={clsx("size-5 shrink-0", iconTone[toast.tone])} aria-hidden="true" />
            <p className="wrap-anywhere min-w-0 flex-1 py-1.5">{toast.text}</p>
            {toast.action ? (
              <button
                type="button"
                className="min-h-11 shrink-0 rounded-control px-3 font-medium text-accent-ink hover:bg-hover"
                onClick={() => {
                  toast.action?.run();
                  dismissToast(toast.id);
                }}
              >
                {toast.action.label}
              </button>
            ) : null}
            <IconButton label={t("dismiss")} tooltip={false} onClick={() => dismissToast(toast.id)}>
              <X className="size-4" aria-hidden="true" />
            </IconButton>
          </div>
        );
      })}
    </div>
  );
}
