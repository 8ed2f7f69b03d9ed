// The link from one sign-in page to the other; keeps where the reader wanted to go.
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

export interface FooterLinkProps {
  page: "/login" | "/register";
  to: string | undefined;
  children: ReactNode;
}

export function FooterLink({ page, to, children }: FooterLinkProps) {
  return (
    <Link
      to={page}
      search={to === undefined ? {} : { to }}
      className="inline-flex min-h-11 items-center px-1 font-medium text-accent-ink underline underline-offset-4"
    >
      {children}
    </Link>
  );
}
