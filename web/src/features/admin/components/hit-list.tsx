// Where rules were met. The text is shown only to whoever asks for it, and that is written down.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useFormatter, useTranslations } from "use-intl";
import { type Column, DataTable } from "@/components/desk/data-table.tsx";
import { Loaded } from "@/components/desk/loaded.tsx";
import { SelectField } from "@/components/desk/select-field.tsx";
import { useUrlState } from "@/components/desk/use-url-state.ts";
import { Button } from "@/components/ui/button.tsx";
import { Confirm } from "@/components/ui/confirm.tsx";
import { Dialog } from "@/components/ui/dialog.tsx";
import type { Rule, RuleHit } from "@/lib/api/types.ts";
import { useChange } from "@/lib/query/use-change.ts";
import { hitsQuery, revealHit } from "../api/rules.ts";

export function HitList({ rules }: { rules: readonly Rule[] }) {
  const t = useTranslations("admin.rules");
  const format = useFormatter();
  const [search, setSearch] = useUrlState();
  const rule = typeof search.rule === "string" && search.rule !== "" ? search.rule : null;
  const hits = useInfiniteQuery(hitsQuery(rule));
  const [asked, setAsked] = useState<RuleHit | null>(null);
  const [text, setText] = useState<string | null>(null);
  const reveal = useChange<string>({
    act: async (id) => setText((await revealHit(id)).text),
    touches: [["admin", "alerts"]],
    done: () => setAsked(null),
  });
  const columns: Column<RuleHit>[] = [
    {
      key: "at",
      head: t("at"),
      cell: (one) => (
        <time dateTime={one.at}>
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
      <Loaded query={hits} failed={t("hitsFailed")}>
        {(data) => {
          const items = data.pages.flatMap((page) => page.items);
          return items.length === 0 ? (
            <p className="text-muted text-sm">{t("noHits")}</p>
          ) : (
            <DataTable label={t("hits")} columns={columns} rows={items} keyOf={(one) => one.id} />
          );
        }}
      </Loaded>
      {hits.hasNextPage ? (
        <Button
          tone="quiet"
          busy={hits.isFetchingNextPage}
          onClick={() => void hits.fetchNextPage()}
        >
          {t("more")}
        </Button>
      ) : null}
      <Confirm
        open={asked !== null}
        onOpenChange={(open) => {
          if (!open) {
            setAsked(null);
            reveal.reset();
          }
        }}
        title={t("revealTitle")}
        description={t("revealBody")}
        confirmLabel={t("revealConfirm")}
        busy={reveal.busy}
        error={reveal.fault}
        onConfirm={() => asked && reveal.run(asked.id)}
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
