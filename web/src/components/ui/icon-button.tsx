// A square button that shows an icon only; its label is spoken and shown as a tooltip.
import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { Tooltip } from "./tooltip.tsx";

const iconButton = cva(
  "inline-flex shrink-0 items-center justify-center rounded-control transition-colors duration-100 disabled:cursor-not-allowed disabled:opacity-45",
  {
    variants: {
      tone: {
        quiet: "text-muted hover:bg-hover hover:text-ink data-[state=open]:bg-hover",
        primary: "bg-accent text-on-accent hover:bg-accent-hover",
        secondary: "border border-line bg-surface text-ink shadow-xs hover:bg-sunken",
      },
      // `sm` looks smaller but can still be hit on 44 px: the target grows around it.
      size: {
        md: "size-11",
        sm: "relative size-8 before:absolute before:-inset-1.5 before:content-['']",
      },
      round: { true: "rounded-full", false: "" },
    },
    defaultVariants: { tone: "quiet", size: "md", round: false },
  },
);

export interface IconButtonProps
  extends Omit<ComponentProps<"button">, "aria-label">,
    VariantProps<typeof iconButton> {
  label: string;
  /** Off inside menus' triggers that open at once, where a tooltip would be in the way. */
  tooltip?: boolean;
}

export function IconButton({
  label,
  tone,
  size,
  round,
  tooltip = true,
  className,
  children,
  ...rest
}: IconButtonProps) {
  const target = (
    <button
      type="button"
      {...rest}
      aria-label={label}
      className={iconButton({ tone, size, round, className })}
    >
      {children}
    </button>
  );
  return tooltip ? <Tooltip text={label}>{target}</Tooltip> : target;
}
