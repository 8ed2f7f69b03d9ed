// Content rules: what may not go in or come out, and where it was met.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Badge } from "@/components/desk/badge.tsx";
import { type Column, DataTable } from "@/components/desk/data-table.tsx";
import { Loaded } from "@/components/desk/loaded.tsx";
import { Block, focusTitle, Page } from "@/components/desk/page.tsx";
import { Switch } from "@/components/desk/switch.tsx";
import { Button } from "@/components/ui/button.tsx";
import { Confirm } from "@/components/ui/confirm.tsx";
import type { Rule } from "@/lib/api/types.ts";
import { useChange } from "@/lib/query/use-change.ts";
import { deleteRule, rulesQuery, switchRule } from "../api/rules.ts";
import { HitList } from "./hit-list.tsx";
import { RuleForm } from "./rule-form.tsx";

export function RulesPage() {
  const t = useTranslations("admin.rules");
  const rules = useQuery(rulesQuery);
  const [leaving, setLeaving] = useState<Rule | null>(null);
  const remove = useChange<string>({
    act: deleteRule,
    touches: [rulesQuery.queryKey, ["admin", "hits"]],
    said: t("deleted"),
    done: () => {
      setLeaving(null);
      focusTitle();
    },
  });
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
        <Loaded query={rules} failed={t("failed")}>
          {(data) =>
            data.items.length === 0 ? (
              <p className="text-muted text-sm">{t("empty")}</p>
            ) : (
              <DataTable
                label={t("list")}
                columns={columns}
                rows={data.items}
                keyOf={(one) => one.id}
              />
            )
          }
        </Loaded>
      </Block>
      <Block title={t("hits")} lead={t("hitsLead")}>
        <HitList rules={rules.data?.items ?? []} />
      </Block>
      <Confirm
        open={leaving !== null}
        onOpenChange={(open) => {
          if (!open) {
            setLeaving(null);
            remove.reset();
          }
        }}
        title={t("deleteTitle")}
        description={t("deleteBody", { pattern: leaving?.pattern ?? "" })}
        confirmLabel={t("delete")}
        danger
        busy={remove.busy}
        error={remove.fault}
        onConfirm={() => leaving && remove.run(leaving.id)}
      />
    </Page>
  );
}
