// Content rules: what may not go in or come out, and where it was met.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { AskFirst } from "@/components/desk/ask-first.tsx";
import { Badge } from "@/components/desk/badge.tsx";
import { type Column, DataTable } from "@/components/desk/data-table.tsx";
import { Listed } from "@/components/desk/listed.tsx";
import { Block, Page } from "@/components/desk/page.tsx";
import { Switch } from "@/components/desk/switch.tsx";
import { Button } from "@/components/ui/button.tsx";
import type { Rule } from "@/lib/api/types.ts";
import { useChange } from "@/lib/query/use-change.ts";
import { deleteRule, rulesQuery, switchRule } from "../api/rules.ts";
import { HitList } from "./hit-list.tsx";
import { RuleForm } from "./rule-form.tsx";

export function RulesPage() {
  const t = useTranslations("admin.rules");
  const rules = useQuery(rulesQuery);
  const [leaving, setLeaving] = useState<Rule | null>(null);
  const flip = useChange<{ id: string; enabled: boolean }>({
    act: ({ id, enabled }) => switchRule(id, enabled),
    touches: [rulesQuery.queryKey],
    loud: true,
  });
  const columns: Column<Rule>[] = [
    {
      key: "pattern",
      head: t("pattern"),
      cell: (one) => <span className="break-words">{one.pattern}</span>,
    },
    {
      key: "action",
      head: t("action"),
      cell: (one) => (
        <Badge tone={one.action === "block" ? "danger" : "warn"}>
          {t(`actions.${one.action}`)}
        </Badge>
      ),
    },
    { key: "direction", head: t("direction"), cell: (one) => t(`directions.${one.direction}`) },
    {
      key: "enabled",
      head: t("enabled"),
      cell: (one) => (
        <Switch
          bare
          label={t("enabledNamed", { pattern: one.pattern })}
          checked={flip.value?.id === one.id ? flip.value.enabled : one.enabled}
          onChange={(enabled) => flip.run({ id: one.id, enabled })}
        />
      ),
    },
    {
      key: "delete",
      head: t("delete"),
      quiet: true,
      cell: (one) => (
        <span className="flex justify-end">
          <Button
            tone="quiet"
            className="-me-4"
            aria-label={t("deleteNamed", { pattern: one.pattern })}
            onClick={() => setLeaving(one)}
          >
            {t("delete")}
          </Button>
        </span>
      ),
    },
  ];
  return (
    <Page title={t("title")} lead={t("lead")}>
      <RuleForm />
      <Block title={t("list")}>
        <Listed query={rules} failed={t("failed")} empty={t("empty")}>
          {(items) => (
            <DataTable label={t("list")} columns={columns} rows={items} keyOf={(one) => one.id} />
          )}
        </Listed>
      </Block>
      <Block title={t("hits")} lead={t("hitsLead")}>
        <HitList rules={rules.data?.items ?? []} />
      </Block>
      <AskFirst
        about={leaving}
        onClose={() => setLeaving(null)}
        act={(one) => deleteRule(one.id)}
        touches={[rulesQuery.queryKey, ["admin", "hits"]]}
        said={t("deleted")}
        title={() => t("deleteTitle")}
        body={({ pattern }) => t("deleteBody", { pattern })}
        label={t("delete")}
      />
    </Page>
  );
}
