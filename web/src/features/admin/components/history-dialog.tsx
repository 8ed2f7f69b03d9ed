// What a model cost, and since when.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useFormatter, useTranslations } from "use-intl";
import { Badge } from "@/components/desk/badge.tsx";
import { Listed } from "@/components/desk/listed.tsx";
import { Dialog } from "@/components/ui/dialog.tsx";
import type { AdminModel } from "@/lib/api/types.ts";
import { useMoney } from "@/lib/money/use-money.ts";
import { pricesQuery } from "../api/models.ts";

export function HistoryDialog({ model, onClose }: { model: AdminModel; onClose: () => void }) {
  const t = useTranslations("admin.models");
  const format = useFormatter();
  const { money } = useMoney();
  const prices = useInfiniteQuery(pricesQuery(model.id));
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t("historyTitle")}
      description={t("historyLead", { model: model.id })}
    >
      <div className="flex flex-col gap-3">
        <Listed query={prices} failed={t("historyFailed")} empty={t("noHistory")} more={t("older")}>
          {(items) => (
            <ol className="divide-y divide-line">
              {items.map((one) => (
                <li key={one.id} className="flex flex-col gap-0.5 py-3 text-sm">
                  <span className="flex flex-wrap items-center justify-between gap-2 font-medium tabular-nums">
                    {one.price
                      ? t("inOut", {
                          input: money(one.price.input),
                          output: money(one.price.output),
                        })
                      : t("withdrawn")}
                    <Badge>{t(`source.${one.source}`)}</Badge>
                  </span>
                  <time dateTime={one.valid_from} className="text-muted text-xs">
                    {t("since", {
                      when: format.dateTime(new Date(one.valid_from), {
                        dateStyle: "medium",
                        timeStyle: "short",
                      }),
                    })}
                  </time>
                </li>
              ))}
            </ol>
          )}
        </Listed>
      </div>
    </Dialog>
  );
}
