// The end of a form in a dialog: take back or save.
import { useTranslations } from "use-intl";
import { Button } from "@/components/ui/button.tsx";

export interface FormEndProps {
  label?: string;
  busy: boolean;
  onCancel: () => void;
}

export function FormEnd({ label, busy, onCancel }: FormEndProps) {
  const common = useTranslations("common");
  return (
    <div className="flex flex-col-reverse gap-2 sm:flex-row sm:justify-end">
      <Button tone="secondary" onClick={onCancel}>
        {common("cancel")}
      </Button>
      <Button type="submit" busy={busy}>
        {label ?? common("save")}
      </Button>
    </div>
  );
}
