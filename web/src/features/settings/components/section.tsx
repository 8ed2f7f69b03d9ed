// One block of the settings: heading, a sentence, content.
import type { ReactNode } from "react";

export interface SectionProps {
  title: string;
  lead: string;
  children: ReactNode;
}

export function Section({ title, lead, children }: SectionProps) {
  return (
    <section className="flex flex-col gap-5">
      <header>
        <h2 className="font-semibold text-lg tracking-tight">{title}</h2>
        <p className="mt-0.5 text-pretty text-muted text-sm">{lead}</p>
      </header>
      {children}
    </section>
  );
}
