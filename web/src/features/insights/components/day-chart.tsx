// One measure by day.
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Bars } from "@/components/desk/bars.tsx";
import { Segmented } from "@/components/ui/segmented.tsx";
import type { UsageSum } from "@/lib/api/types.ts";
import { useMoney } from "@/lib/money/use-money.ts";
import { useDayName } from "./use-group-name.ts";

const MEASURES = ["cost", "tokens", "calls"] as const;
type Measure = (typeof MEASURES)[number];

function measured(group: UsageSum, measure: Measure): number {
  switch (measure) {
    case "cost":
      return group.cost_micros;
    case "tokens":
      return group.input_tokens + group.output_tokens;
    case "calls":
      return group.calls;
  }
}

export function DayChart({ days, groups }: { days: readonly string[]; groups: UsageSum[] }) {
  const t = useTranslations("usage");
  const { money, short } = useMoney();
  const dayName = useDayName();
  const [measure, setMeasure] = useState<Measure>("cost");
  const byDay = new Map(groups.map((group) => [group.key?.slice(0, 10), group]));
  const bars = days.map((day) => {
    const group = byDay.get(day);
    return { key: day, label: dayName(day), value: group ? measured(group, measure) : 0 };
  });
  return (
    <div className="flex flex-col gap-3">
      <Segmented
        label={t("measure")}
        value={measure}
        onChange={setMeasure}
        choices={MEASURES.map((one) => ({ value: one, label: t(`measures.${one}`) }))}
      />
      <Bars
        label={t(`measures.${measure}`)}
        what={t("by.day")}
        bars={bars}
        text={measure === "cost" ? money : short}
      />
    </div>
  );
}
