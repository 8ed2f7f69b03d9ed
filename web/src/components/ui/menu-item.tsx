// What stands in a menu: commands, and one-of-several choices with a tick.
import { clsx } from "clsx";
import { Check } from "lucide-react";
import { type ReactNode, use } from "react";
import { MenuClose } from "./menu-close.ts";

const itemClass =
  "flex min-h-11 w-full select-none items-center gap-3 rounded-lg px-3 py-2 text-start text-sm outline-none focus:bg-hover aria-disabled:opacity-50 sm:min-h-10";

export interface MenuItemProps {
  icon?: ReactNode;
  danger?: boolean;
  disabled?: boolean;
  onSelect: () => void;
  children: ReactNode;
}

export function MenuItem({ icon, danger = false, disabled, onSelect, children }: MenuItemProps) {
  const close = use(MenuClose);
  return (
    <button
      type="button"
      role="menuitem"
      tabIndex={-1}
      aria-disabled={disabled || undefined}
      className={clsx(itemClass, danger && "text-danger-ink")}
      onClick={() => {
        if (disabled) return;
        close();
        onSelect();
      }}
    >
      {icon ? (
        <span className={clsx("[&_svg]:size-4.5", !danger && "text-muted")} aria-hidden="true">
          {icon}
        </span>
      ) : null}
      <span className="min-w-0 flex-1">{children}</span>
    </button>
  );
}

export interface MenuChoicesProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  choices: readonly { value: string; label: string; lang?: string; hint?: string }[];
}

export function MenuChoices({ label, value, onChange, choices }: MenuChoicesProps) {
  const close = use(MenuClose);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset may not stand in a menu
    <div role="group" aria-label={label}>
      <div aria-hidden="true" className="px-3 pt-2 pb-1 font-medium text-muted text-xs">
        {label}
      </div>
      {choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          role="menuitemradio"
          aria-checked={choice.value === value}
          tabIndex={-1}
          lang={choice.lang}
          className={itemClass}
          onClick={() => {
            close();
            onChange(choice.value);
          }}
        >
          <span className="min-w-0 flex-1">
            <span className="block truncate">{choice.label}</span>
            {choice.hint ? (
              <span className="block truncate text-muted text-xs">{choice.hint}</span>
            ) : null}
          </span>
          {choice.value === value ? (
            <Check className="size-4 shrink-0 text-accent-ink" aria-hidden="true" />
          ) : null}
        </button>
      ))}
    </div>
  );
}
