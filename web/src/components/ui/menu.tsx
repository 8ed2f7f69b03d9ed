// Menus that drop down from a button. Not modal: Radix would then inject a style element, which the CSP refuses.
import { clsx } from "clsx";
import { Check } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { type ComponentProps, type ReactNode, useState } from "react";

const itemClass =
  "flex min-h-11 cursor-default select-none items-center gap-3 rounded-lg px-3 py-2 text-sm outline-none data-disabled:opacity-50 data-highlighted:bg-hover sm:min-h-10";

export interface MenuProps {
  trigger: ReactNode;
  children: ReactNode;
  align?: "start" | "center" | "end";
  side?: "top" | "right" | "bottom" | "left";
  open?: boolean;
  onOpenChange?: (open: boolean) => void;
}

export function Menu({ trigger, children, align = "end", side = "bottom", ...state }: MenuProps) {
  const [button, setButton] = useState<HTMLElement | null>(null);
  // Inside the landmark of its button, so that readers who jump from landmark to landmark find it.
  const home =
    button?.closest<HTMLElement>("[role=dialog], main, nav, aside, footer, header") ?? null;
  return (
    <DropdownMenu.Root modal={false} {...state}>
      <DropdownMenu.Trigger asChild ref={setButton}>
        {trigger}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal container={home}>
        <DropdownMenu.Content
          align={align}
          side={side}
          sideOffset={6}
          collisionPadding={12}
          className="z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-52 max-w-80 animate-rise overflow-y-auto rounded-xl border border-line bg-raised p-1.5 text-ink shadow-raised"
        >
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

export interface MenuItemProps extends ComponentProps<typeof DropdownMenu.Item> {
  icon?: ReactNode;
  danger?: boolean;
}

export function MenuItem({ icon, danger = false, className, children, ...rest }: MenuItemProps) {
  const classes = clsx(itemClass, danger && "text-danger-ink", className);
  if (rest.asChild) {
    return (
      <DropdownMenu.Item {...rest} className={classes}>
        {children}
      </DropdownMenu.Item>
    );
  }
  return (
    <DropdownMenu.Item {...rest} className={classes}>
      {icon ? (
        <span className={clsx("[&_svg]:size-4.5", !danger && "text-muted")} aria-hidden="true">
          {icon}
        </span>
      ) : null}
      <span className="min-w-0 flex-1">{children}</span>
    </DropdownMenu.Item>
  );
}

export interface MenuChoicesProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  choices: readonly { value: string; label: string; lang?: string; hint?: string }[];
}

/** One of several, with a tick at the present one. */
export function MenuChoices({ label, value, onChange, choices }: MenuChoicesProps) {
  return (
    <DropdownMenu.RadioGroup value={value} onValueChange={onChange} aria-label={label}>
      <DropdownMenu.Label className="px-3 pt-2 pb-1 font-medium text-muted text-xs">
        {label}
      </DropdownMenu.Label>
      {choices.map((choice) => (
        <DropdownMenu.RadioItem
          key={choice.value}
          value={choice.value}
          lang={choice.lang}
          className={itemClass}
        >
          <span className="min-w-0 flex-1">
            <span className="block truncate">{choice.label}</span>
            {choice.hint ? (
              <span className="block truncate text-muted text-xs">{choice.hint}</span>
            ) : null}
          </span>
          <DropdownMenu.ItemIndicator>
            <Check className="size-4 text-accent-ink" aria-hidden="true" />
          </DropdownMenu.ItemIndicator>
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  );
}

export function MenuSeparator() {
  return <DropdownMenu.Separator className="my-1.5 h-px bg-line" />;
}

/** A line of text in a menu that cannot be chosen, such as who is signed in. */
export function MenuNote({ children }: { children: ReactNode }) {
  return <DropdownMenu.Label className="px-3 py-2 text-sm">{children}</DropdownMenu.Label>;
}
