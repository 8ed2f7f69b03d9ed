// What this person has used, and how much of it they may.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useNow, useTranslations } from "use-intl";
import { Loaded } from "@/components/desk/loaded.tsx";
import { Block, Page } from "@/components/desk/page.tsx";
import { StandingMeters } from "@/components/desk/standing-meters.tsx";
import { myLimitsQuery, type UsageFilter } from "../api/usage.ts";
import { type Span, spanOf } from "../range.ts";
import { Calls } from "./call-table.tsx";
import { Days } from "./days.tsx";
import { GroupTable } from "./group-table.tsx";

export function MyUsagePage() {
  const t = useTranslations("usage");
  const now = useNow();
  const [span] = useState(() => spanOf({ range: "30d" }, now) as Span);
  const filter: UsageFilter = { from: span.from, until: span.until };
  const limits = useQuery(myLimitsQuery);
  return (
    <Page title={t("title")} lead={t("mineLead")}>
      <Block title={t("limits.title")}>
        <Loaded query={limits} failed={t("limits.failed")} rows={1}>
          {(standing) => <StandingMeters standing={standing} />}
        </Loaded>
      </Block>
      <Days title={t("ranges.30d")} whose="mine" filter={filter} days={span.days} />
      <Block title={t("byModel")}>
        <GroupTable whose="mine" filter={filter} by="model" />
      </Block>
      <Block title={t("calls")}>
        <Calls whose="mine" filter={filter} />
      </Block>
    </Page>
  );
}
