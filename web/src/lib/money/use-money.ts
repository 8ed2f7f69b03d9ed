// Sums, prices and counts in the reader's language.
import { useMemo } from "react";
import { useFormatter } from "use-intl";
import { digitsFor } from "./decimal.ts";

export interface MoneyText {
  money: (micros: number) => string;
  count: (count: number) => string;
  /** Short, for axes: 1.2M. */
  short: (count: number) => string;
  share: (part: number) => string;
}

export function useMoney(): MoneyText {
  const format = useFormatter();
  return useMemo(
    () => ({
      money: (micros) =>
        format.number(micros / 1_000_000, {
          style: "currency",
          currency: "USD",
          minimumFractionDigits: 2,
          maximumFractionDigits: digitsFor(micros),
        }),
      count: (count) => format.number(count),
      short: (count) => format.number(count, { notation: "compact", maximumFractionDigits: 1 }),
      share: (part) => format.number(part, { style: "percent", maximumFractionDigits: 1 }),
    }),
    [format],
  );
}
