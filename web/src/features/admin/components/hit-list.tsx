// Where rules were met. The text is shown only to whoever asks for it, and that is written down.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { AskFirst } from "@/components/desk/ask-first.tsx";
import { type Column, DataTable } from "@/components/desk/data-table.tsx";
import { Listed } from "@/components/desk/listed.tsx";
import { SelectField } from "@/components/desk/select-field.tsx";
import { useUrlState } from "@/components/desk/use-url-state.ts";
import { Button } from "@/components/ui/button.tsx";
import { Dialog } from "@/components/ui/dialog.tsx";
import type { Rule, RuleHit } from "@/lib/api/types.ts";
import { hitsQuery, revealHit } from "../api/rules.ts";

export function HitList({ rules }: { rules: readonly Rule[] }) {
  const t = useTranslations("admin.rules");
  const format = useFormatter();
  const [search, setSearch] = useUrlState();
  const rule = typeof search.rule === "string" && search.rule !== "" ? search.rule : null;
  const hits = useInfiniteQuery(hitsQuery(rule));
  const [asked, setAsked] = useState<RuleHit | null>(null);
  const [text, setText] = useState<string | null>(null);
  const columns: Column<RuleHit>[] = [
    {
      key: "at",
      head: t("at"),
      cell: (one) => (
        <time dateTime={one.at} className="whitespace-nowrap">
          {format.dateTime(new Date(one.at), { dateStyle: "medium", timeStyle: "short" })}
        </time>
      ),
    },
    {
      key: "pattern",
      head: t("pattern"),
      cell: (one) => <span className="break-words">{one.pattern ?? t("ruleGone")}</span>,
    },
    { key: "direction", head: t("direction"), cell: (one) => t(`directions.${one.direction}`) },
    {
      key: "user",
      head: t("person"),
      cell: (one) => <span className="break-words">{one.user?.display_name ?? t("nobody")}</span>,
    },
    {
      key: "reveal",
      head: t("reveal"),
      quiet: true,
      cell: (one) => (
        <span className="flex justify-end">
          <Button tone="secondary" onClick={() => setAsked(one)}>
            {t("reveal")}
          </Button>
        </span>
      ),
    },
  ];
  return (
    <>
      {rules.length > 0 ? (
        <SelectField
          label={t("ofRule")}
          className="max-w-md"
          value={rule ?? ""}
          choices={[
            { value: "", label: t("allRules") },
            ...rules.map((one) => ({ value: one.id, label: one.pattern })),
          ]}
          onChange={(event) =>
            setSearch(event.target.value === "" ? {} : { rule: event.target.value })
          }
        />
      ) : null}
      <Listed query={hits} failed={t("hitsFailed")} empty={t("noHits")} more={t("more")}>
        {(items) => (
          <DataTable label={t("hits")} columns={columns} rows={items} keyOf={(one) => one.id} />
        )}
      </Listed>
      <AskFirst
        keeps
        about={asked}
        onClose={() => setAsked(null)}
        act={async ({ id }) => setText((await revealHit(id)).text)}
        touches={[["admin", "alerts"]]}
        title={() => t("revealTitle")}
        body={() => t("revealBody")}
        label={t("revealConfirm")}
      />
      <Dialog
        open={text !== null}
        onOpenChange={(open) => (open ? undefined : setText(null))}
        title={t("revealed")}
        description={t("revealedNote")}
      >
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
          tabIndex={0}
          className="max-h-80 overflow-auto whitespace-pre-wrap break-words rounded-control bg-sunken p-3 font-mono text-sm"
        >
          {text}
        </pre>
      </Dialog>
    </>
  );
}
