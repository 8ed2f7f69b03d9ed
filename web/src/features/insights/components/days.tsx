// A span of days: its sums, and one measure by day.
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "use-intl";
import { Loaded } from "@/components/desk/loaded.tsx";
import { Block } from "@/components/desk/page.tsx";
import { daysQuery, type UsageFilter, type Whose } from "../api/usage.ts";
import { DayChart } from "./day-chart.tsx";
import { Totals } from "./totals.tsx";

export interface DaysProps {
  title: string;
  whose: Whose;
  filter: UsageFilter;
  days: readonly string[];
}

export function Days({ title, whose, filter, days }: DaysProps) {
  const t = useTranslations("usage");
  const sums = useQuery(daysQuery(whose, filter));
  return (
    <Block title={title} lead={t("utc")}>
      <Loaded query={sums} failed={t("failed")}>
        {(data) => (
          <>
            <Totals total={data.total} />
            <DayChart days={days} groups={data.items} />
          </>
        )}
      </Loaded>
    </Block>
  );
}
