// What a model costs here: typed as dollars, kept as whole numbers, converted without a float.
import { useQueryClient } from "@tanstack/react-query";
import { useLocale, useTranslations } from "use-intl";
import { FormDialog } from "@/components/desk/form-dialog.tsx";
import { Button } from "@/components/ui/button.tsx";
import { TextField } from "@/components/ui/field.tsx";
import { toast } from "@/components/ui/toast-store.ts";
import type { AdminModel } from "@/lib/api/types.ts";
import { useFields } from "@/lib/form/use-fields.ts";
import { MICROS, PER_REQUEST, parseDecimal, toDecimal } from "@/lib/money/decimal.ts";
import { useChange } from "@/lib/query/use-change.ts";
import { modelsQuery, setPrice, withdrawPrice } from "../api/models.ts";

const PARTS = ["input", "output", "cached_input", "cache_write", "per_request"] as const;
type Part = (typeof PARTS)[number];

function scaleOf(part: Part): number {
  return part === "per_request" ? PER_REQUEST : MICROS;
}

export function PriceDialog({ model, onClose }: { model: AdminModel; onClose: () => void }) {
  const t = useTranslations("admin.models");
  const common = useTranslations("common");
  const locale = useLocale();
  const client = useQueryClient();
  const price = model.price ?? null;
  const shown = (part: Part) => {
    if (price === null) return "";
    // What follows from the input price is left to follow it.
    if (part.startsWith("cache") && price[part] === price.input) return "";
    if (part === "per_request" && price.per_request === 0) return "";
    return toDecimal(price[part], scaleOf(part), locale);
  };
  const check = (part: Part) => (value: string) => {
    const needed = part === "input" || part === "output";
    if (value.trim() === "") return needed ? common("required") : null;
    return parseDecimal(value, scaleOf(part), locale) === null ? t("priceInvalid") : null;
  };
  const form = useFields(
    {
      input: shown("input"),
      output: shown("output"),
      cached_input: shown("cached_input"),
      cache_write: shown("cache_write"),
      per_request: shown("per_request"),
    },
    {
      input: check("input"),
      output: check("output"),
      cached_input: check("cached_input"),
      cache_write: check("cache_write"),
      per_request: check("per_request"),
    },
  );
  const touches = [modelsQuery.queryKey, ["admin", "prices"]];
  const submit = form.onSubmit(async (values) => {
    const read = (part: Part) => parseDecimal(values[part], scaleOf(part), locale);
    const optional = (part: "cached_input" | "cache_write") => {
      const value = read(part);
      return value === null ? {} : { [part]: value };
    };
    await setPrice({
      model: model.id,
      input: read("input") ?? 0,
      output: read("output") ?? 0,
      ...optional("cached_input"),
      ...optional("cache_write"),
      per_request: read("per_request") ?? 0,
    });
    for (const queryKey of touches) void client.invalidateQueries({ queryKey: [...queryKey] });
    toast(t("priceSaved"), { tone: "good" });
    onClose();
  });
  const withdraw = useChange<string>({
    act: withdrawPrice,
    touches,
    said: t("priceWithdrawn"),
    done: onClose,
  });
  return (
    <FormDialog
      wide
      title={t("priceTitle")}
      description={t("priceLead", { model: model.id })}
      fault={form.fault ?? withdraw.fault}
      busy={form.busy}
      onSubmit={submit}
      onClose={onClose}
    >
      <div className="grid items-start gap-5 sm:grid-cols-2">
        {PARTS.map((part) => (
          <TextField
            key={part}
            label={t(`parts.${part}`)}
            {...(part === "input" || part === "output" ? {} : { hint: t(`partHints.${part}`) })}
            inputMode="decimal"
            autoComplete="off"
            placeholder={part === "input" || part === "output" ? t("example") : undefined}
            {...form.field(part)}
          />
        ))}
      </div>
      {price?.source === "operator" ? (
        <div>
          <Button
            tone="link"
            className="-ms-4"
            busy={withdraw.busy}
            onClick={() => withdraw.run(model.id)}
          >
            {t("withdraw")}
          </Button>
        </div>
      ) : null}
    </FormDialog>
  );
}
