// A boxed message inside the page: what happened and what to do next.
import { cva, type VariantProps } from "class-variance-authority";
import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

const alert = cva("flex items-start gap-3 rounded-control px-4 py-3 text-sm", {
  variants: {
    tone: {
      info: "bg-accent-soft text-accent-ink",
      good: "bg-good-soft text-good-ink",
      warn: "bg-warn-soft text-warn-ink",
      danger: "bg-danger-soft text-danger-ink",
    },
  },
  defaultVariants: { tone: "info" },
});

const icons = { info: Info, good: CircleCheck, warn: TriangleAlert, danger: CircleAlert };

export interface AlertProps extends VariantProps<typeof alert> {
  title?: string;
  children?: ReactNode;
  action?: ReactNode;
}

export function Alert({ tone, title, children, action }: AlertProps) {
  const Icon = icons[tone ?? "info"];
  return (
    <div
      role={tone === "danger" || tone === "warn" ? "alert" : "status"}
      className={alert({ tone })}
    >
      <Icon className="mt-0.5 size-4.5 shrink-0" aria-hidden="true" />
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        {title ? <p className="font-semibold">{title}</p> : null}
        {children ? <div className="text-pretty">{children}</div> : null}
        {action ? <div className="mt-1">{action}</div> : null}
      </div>
    </div>
  );
}
