// While the first answer of the server is awaited.
import { useTranslations } from "use-intl";
import { Logo } from "@/components/ui/logo.tsx";
import { Spinner } from "@/components/ui/spinner.tsx";

export function Splash() {
  const t = useTranslations("common");
  return (
    <div role="status" className="grid min-h-full flex-1 place-items-center p-8">
      <div className="flex animate-fade flex-col items-center gap-4 text-muted">
        <Logo name={false} />
        <Spinner className="size-5" />
        <span className="sr-only">{t("loading")}</span>
      </div>
    </div>
  );
}
