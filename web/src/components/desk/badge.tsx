// A state in a word or two.
import { cva, type VariantProps } from "class-variance-authority";
import type { ReactNode } from "react";

const badge = cva(
  "inline-flex shrink-0 items-center whitespace-nowrap rounded-full px-2 py-0.5 font-medium text-xs",
  {
    variants: {
      tone: {
        plain: "bg-sunken text-muted",
        good: "bg-good-soft text-good-ink",
        warn: "bg-warn-soft text-warn-ink",
        danger: "bg-danger-soft text-danger-ink",
        accent: "bg-accent-soft text-accent-ink",
      },
    },
    defaultVariants: { tone: "plain" },
  },
);

export type Tone = NonNullable<VariantProps<typeof badge>["tone"]>;

export function Badge({ tone, children }: { tone?: Tone; children: ReactNode }) {
  return <span className={badge({ tone: tone ?? "plain" })}>{children}</span>;
}
