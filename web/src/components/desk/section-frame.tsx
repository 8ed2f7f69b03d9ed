// An area with sections: they stand beside the chosen one, on phones in a list to choose from.
import { Link, type LinkProps, useLocation, useNavigate } from "@tanstack/react-router";
import { clsx } from "clsx";
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { TopBar } from "@/components/ui/top-bar.tsx";
import { SelectField } from "./select-field.tsx";

export interface Section {
  to: NonNullable<LinkProps["to"]>;
  label: string;
  Icon: LucideIcon;
}

export interface SectionFrameProps {
  title: string;
  /** What all of them are, for whoever does not see it. */
  sections: string;
  /** What one of them is. */
  section: string;
  items: readonly Section[];
  /** What stands in the sections is read rather than compared. */
  narrow?: boolean;
  children: ReactNode;
}

const linkClass =
  "flex min-h-11 items-center gap-2.5 rounded-control px-3 text-muted text-sm hover:bg-hover hover:text-ink aria-[current=page]:bg-hover aria-[current=page]:font-medium aria-[current=page]:text-ink";

export function SectionFrame({
  title,
  sections,
  section,
  items,
  narrow,
  children,
}: SectionFrameProps) {
  const navigate = useNavigate();
  const path = useLocation({ select: (location) => location.pathname.replace(/\/$/, "") });
  return (
    <div className="min-h-0 flex-1 overflow-y-auto">
      <TopBar>
        <h1 className="truncate px-2 font-semibold">{title}</h1>
      </TopBar>
      <div
        className={clsx(
          "mx-auto flex flex-col gap-6 px-4 pt-2 pb-16 sm:px-6 md:flex-row md:gap-8 md:pt-6",
          narrow ? "max-w-5xl" : "max-w-6xl",
        )}
      >
        <nav aria-label={sections} className={clsx("md:shrink-0", narrow ? "md:w-60" : "md:w-48")}>
          <SelectField
            label={section}
            className="md:hidden"
            value={path}
            choices={items.map(({ to, label }) => ({ value: to, label }))}
            onChange={(event) => {
              const chosen = items.find(({ to }) => to === event.target.value);
              if (chosen) void navigate({ to: chosen.to });
            }}
          />
          <ul className="flex flex-col gap-1 max-md:hidden">
            {items.map(({ to, label, Icon }) => (
              <li key={to}>
                <Link
                  to={to}
                  activeOptions={{ exact: true, includeSearch: false }}
                  className={linkClass}
                >
                  <Icon className="size-4.5 shrink-0" aria-hidden="true" />
                  {label}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className={clsx("min-w-0 flex-1", narrow && "max-w-2xl")}>{children}</div>
      </div>
    </div>
  );
}
