// What a row of usage is called.
import { useFormatter, useTranslations } from "use-intl";
import type { UsageSum } from "@/lib/api/types.ts";
import type { GroupBy } from "../range.ts";

export function useDayName(): (day: string) => string {
  const format = useFormatter();
  // The ledger's days are UTC's; in the reader's zone they would slip to the day before.
  return (day) =>
    format.dateTime(new Date(`${day}T00:00:00Z`), {
      day: "numeric",
      month: "short",
      timeZone: "UTC",
    });
}

export function useGroupName(): (by: GroupBy, group: Pick<UsageSum, "key" | "name">) => string {
  const t = useTranslations("usage");
  const day = useDayName();
  return (by, group) => {
    if (group.key === null || group.key === undefined || group.key === "") return t(`none.${by}`);
    if (by === "day") return day(group.key.slice(0, 10));
    return group.name || group.key;
  };
}
