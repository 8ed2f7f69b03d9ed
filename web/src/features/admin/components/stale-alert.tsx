// Somebody else was faster: nothing is overwritten unasked, and the newer version is one press away.
import { useTranslations } from "use-intl";
import { Alert } from "@/components/ui/alert.tsx";
import { Button } from "@/components/ui/button.tsx";

export interface StaleAlertProps {
  of: "providers" | "routes";
  onReload: () => void;
}

export function StaleAlert({ of, onReload }: StaleAlertProps) {
  const t = useTranslations("admin");
  return (
    <Alert
      tone="warn"
      title={t(`${of}.staleTitle`)}
      action={
        <Button tone="secondary" onClick={onReload}>
          {t(`${of}.reload`)}
        </Button>
      }
    >
      {t(`${of}.staleBody`)}
    </Alert>
  );
}
