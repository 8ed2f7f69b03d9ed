// A place with nothing in it (yet), or a whole page that could not be shown: says why and what to do next.
import type { ReactNode } from "react";

export interface EmptyProps {
  icon?: ReactNode;
  title: string;
  /** Heading level that fits where it stands; 1 when it is the whole page. */
  level?: 1 | 2 | 3;
  children?: ReactNode;
  action?: ReactNode;
}

export function Empty({ icon, title, level = 2, children, action }: EmptyProps) {
  const Heading = `h${level}` as const;
  return (
    <div className="mx-auto flex max-w-md flex-col items-center gap-3 px-6 py-12 text-center">
      {icon ? (
        <div
          aria-hidden="true"
          className="mb-1 grid size-14 place-items-center rounded-2xl bg-accent-soft text-accent-ink [&_svg]:size-7"
        >
          {icon}
        </div>
      ) : null}
      <Heading className="font-semibold text-xl tracking-tight">{title}</Heading>
      {children ? <div className="text-pretty text-muted">{children}</div> : null}
      {action ? <div className="mt-3 flex flex-wrap justify-center gap-2">{action}</div> : null}
    </div>
  );
}
