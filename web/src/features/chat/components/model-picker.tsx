// Chooses who answers.
import { ChevronDown } from "lucide-react";
import { useTranslations } from "use-intl";
import { Menu, MenuChoices, MenuNote } from "@/components/ui/menu.tsx";
import { useModels } from "../use-models.ts";

export interface ModelPickerProps {
  chosen: string | null;
  onChoose: (id: string) => void;
}

export function ModelPicker({ chosen, onChoose }: ModelPickerProps) {
  const t = useTranslations("chat.model");
  const { models, current, pending, failed } = useModels(chosen);
  const name = current?.name ?? (pending ? t("default") : t("none"));
  return (
    <Menu
      align="end"
      trigger={
        <button
          type="button"
          aria-label={t("choose", { name })}
          className="flex min-h-11 min-w-0 max-w-[45vw] shrink-0 items-center gap-1.5 rounded-control px-3 text-muted text-sm hover:bg-hover hover:text-ink data-[state=open]:bg-hover sm:max-w-64"
        >
          <span className="truncate">{name}</span>
          <ChevronDown className="size-4 shrink-0" aria-hidden="true" />
        </button>
      }
    >
      {models.length === 0 ? (
        <MenuNote>{failed ? t("failed") : t("noneHint")}</MenuNote>
      ) : (
        <MenuChoices
          label={t("label")}
          value={current?.id ?? ""}
          onChange={onChoose}
          choices={models.map((one) => ({
            value: one.id,
            label: one.name,
            hint: one.guide ? t("guide") : (one.provider ?? ""),
          }))}
        />
      )}
    </Menu>
  );
}
