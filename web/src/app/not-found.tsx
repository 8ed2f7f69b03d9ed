// An address that leads nowhere.
import { Link } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button.tsx";
import { Empty } from "@/components/ui/empty.tsx";
import { usePageTitle } from "@/lib/a11y/page-title.ts";

/** Within a page that has its frame already. */
export function NothingHere() {
  const t = useTranslations("errors");
  const common = useTranslations("common");
  usePageTitle(t("notFoundTitle"));
  return (
    <Empty
      level={1}
      icon={<Compass />}
      title={t("notFoundTitle")}
      action={
        <Button asChild>
          <Link to="/">{common("goHome")}</Link>
        </Button>
      }
    >
      {t("notFoundBody")}
    </Empty>
  );
}

export function NotFound() {
  return (
    <main id="content" tabIndex={-1} className="grid min-h-full place-items-center outline-none">
      <NothingHere />
    </main>
  );
}
