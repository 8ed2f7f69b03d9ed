// Two dates, both included.
import { useState } from "react";
import { useTranslations } from "use-intl";
import { TextField } from "@/components/ui/field.tsx";

export interface DateRangeProps {
  from: string;
  until: string;
  onChange: (from: string, until: string) => void;
}

export function DateRange({ from, until, onChange }: DateRangeProps) {
  const t = useTranslations("usage");
  // A date that is half typed is empty to the browser; it stays here until it is whole.
  const [draft, setDraft] = useState({ from, until });
  const change = (next: { from: string; until: string }) => {
    setDraft(next);
    if (next.from !== "" && next.until !== "") onChange(next.from, next.until);
  };
  return (
    <>
      <TextField
        type="date"
        label={t("from")}
        value={draft.from}
        max={draft.until}
        onChange={(event) => change({ ...draft, from: event.target.value })}
      />
      <TextField
        type="date"
        label={t("until")}
        value={draft.until}
        min={draft.from}
        onChange={(event) => change({ ...draft, until: event.target.value })}
      />
    </>
  );
}
