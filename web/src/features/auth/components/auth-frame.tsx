// The page around every sign-in form: mark, one card, language choice.
import type { ReactNode } from "react";
import { useTranslations } from "use-intl";
import { LanguageMenu } from "@/components/ui/language-menu.tsx";
import { Logo } from "@/components/ui/logo.tsx";
import { usePageTitle } from "@/lib/a11y/page-title.ts";

export interface AuthFrameProps {
  title: string;
  lead?: string;
  children: ReactNode;
  footer?: ReactNode;
}

export function AuthFrame({ title, lead, children, footer }: AuthFrameProps) {
  const t = useTranslations("auth");
  usePageTitle(title);
  return (
    <div className="flex min-h-full flex-col items-center px-4 pt-[max(1.5rem,6dvh)] pb-6">
      <main id="content" tabIndex={-1} className="flex w-full max-w-md flex-col outline-none">
        <div className="mb-6 flex flex-col items-center gap-2 text-center">
          <Logo />
          <p className="text-muted text-sm">{t("tagline")}</p>
        </div>
        <div className="rounded-2xl border border-line bg-surface p-6 shadow-card sm:p-8">
          <h1 className="font-semibold text-2xl tracking-tight">{title}</h1>
          {lead ? <p className="mt-1.5 text-pretty text-muted">{lead}</p> : null}
          <div className="mt-6">{children}</div>
        </div>
        {footer ? <div className="mt-5 text-center text-muted text-sm">{footer}</div> : null}
      </main>
      <footer className="mt-auto pt-6">
        <LanguageMenu />
      </footer>
    </div>
  );
}
