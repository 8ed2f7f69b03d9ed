// One page of a desk: heading, a sentence, what can be done, content.
import type { ReactNode } from "react";
import { usePageTitle } from "@/lib/a11y/page-title.ts";

const TITLE = "desk-title";

export interface PageProps {
  title: string;
  lead: string;
  actions?: ReactNode;
  children: ReactNode;
}

export function Page({ title, lead, actions, children }: PageProps) {
  usePageTitle(title);
  return (
    <section aria-labelledby={TITLE} className="@container flex flex-col gap-6">
      <header className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <div className="min-w-0 flex-1 basis-72">
          <h2 id={TITLE} tabIndex={-1} className="font-semibold text-lg tracking-tight">
            {title}
          </h2>
          <p className="mt-0.5 max-w-prose text-pretty text-muted text-sm">{lead}</p>
        </div>
        {actions ? <div className="flex flex-wrap gap-2">{actions}</div> : null}
      </header>
      {children}
    </section>
  );
}

/** Where the focus goes when what had it is gone. */
export function focusTitle(): void {
  // The dialog that asked gives the focus back first.
  setTimeout(() => document.getElementById(TITLE)?.focus({ preventScroll: true }), 0);
}

export interface BlockProps {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A part of a page with a heading of its own. */
export function Block({ title, lead, actions, children }: BlockProps) {
  return (
    <section className="flex flex-col gap-3">
      <div className="flex flex-wrap items-end justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          <h3 className="font-semibold">{title}</h3>
          {lead ? <div className="text-pretty text-muted text-sm">{lead}</div> : null}
        </div>
        {actions}
      </div>
      {children}
    </section>
  );
}

export const cardClass = "rounded-card border border-line bg-surface";
