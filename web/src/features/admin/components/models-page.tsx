// Every model that is offered: what it can, what it costs, and what operators changed about it.
import { useQuery } from "@tanstack/react-query";
import { Ellipsis, History, Layers, Pencil, Tag } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useTranslations } from "use-intl";
import { Badge } from "@/components/desk/badge.tsx";
import { type Column, DataTable } from "@/components/desk/data-table.tsx";
import { ListPage } from "@/components/desk/list-page.tsx";
import { SelectField } from "@/components/desk/select-field.tsx";
import { useUrlState } from "@/components/desk/use-url-state.ts";
import { Button } from "@/components/ui/button.tsx";
import { TextField } from "@/components/ui/field.tsx";
import { IconButton } from "@/components/ui/icon-button.tsx";
import { Menu, MenuItem } from "@/components/ui/menu.tsx";
import { toast } from "@/components/ui/toast-store.ts";
import type { AdminModel } from "@/lib/api/types.ts";
import { useMoney } from "@/lib/money/use-money.ts";
import { useChange } from "@/lib/query/use-change.ts";
import { importPrices, modelsQuery } from "../api/models.ts";
import { matches } from "../model-filter.ts";
import { HistoryDialog } from "./history-dialog.tsx";
import { ModelDialog } from "./model-dialog.tsx";
import { PriceDialog } from "./price-dialog.tsx";

const SHOWN = 100;

export function ModelsPage() {
  const t = useTranslations("admin.models");
  const models = useQuery(modelsQuery);
  const [opened, setOpened] = useState<Chosen | null>(null);
  const take = useChange({
    act: async () => {
      const { changed } = await importPrices();
      toast(t("imported", { count: changed }), { tone: "good" });
    },
    touches: [modelsQuery.queryKey, ["admin", "prices"]],
    loud: true,
  });
  return (
    <ListPage
      title={t("title")}
      lead={t("lead")}
      query={models}
      failed={t("failed")}
      empty={{ icon: <Layers />, title: t("emptyTitle"), body: t("emptyBody") }}
      actions={
        <Button tone="secondary" busy={take.busy} onClick={() => take.run()}>
          {t("import")}
        </Button>
      }
      below={opened === null ? null : <Opened {...opened} onClose={() => setOpened(null)} />}
    >
      {(items) => <ModelTable models={items} onOpen={setOpened} />}
    </ListPage>
  );
}

interface Chosen {
  what: "details" | "price" | "history";
  model: AdminModel;
}

function Opened({ what, ...rest }: Chosen & { onClose: () => void }) {
  switch (what) {
    case "details":
      return <ModelDialog {...rest} />;
    case "price":
      return <PriceDialog {...rest} />;
    case "history":
      return <HistoryDialog {...rest} />;
  }
}

interface ModelTableProps {
  models: readonly AdminModel[];
  onOpen: (opened: Chosen) => void;
}

function ModelTable({ models, onOpen }: ModelTableProps) {
  const t = useTranslations("admin.models");
  const { count } = useMoney();
  const [search, setSearch] = useUrlState();
  const [words, setWords] = useState(typeof search.q === "string" ? search.q : "");
  const [all, setAll] = useState(false);
  const provider = typeof search.provider === "string" ? search.provider : "";
  const needle = useDeferredValue(words);
  const found = models.filter((one) => matches(one, needle, provider));
  const rows = all ? found : found.slice(0, SHOWN);
  const providers = [...new Set(models.map((one) => one.provider))].sort();
  const show = (q: string, of: string) =>
    setSearch({ ...(q === "" ? {} : { q }), ...(of === "" ? {} : { provider: of }) });
  const columns: Column<AdminModel>[] = [
    { key: "model", head: t("model"), grow: true, cell: (one) => <ModelName model={one} /> },
    { key: "abilities", head: t("abilities"), cell: (one) => <Abilities model={one} /> },
    {
      key: "window",
      head: t("window"),
      end: true,
      cell: (one) => (one.context_window ? count(one.context_window) : "–"),
    },
    { key: "price", head: t("priceHead"), end: true, cell: (one) => <PriceCell model={one} /> },
    {
      key: "actions",
      head: t("actionsHead"),
      quiet: true,
      corner: true,
      cell: (one) =>
        one.kind === "route" ? null : (
          <Menu
            trigger={
              <IconButton label={t("actions", { model: one.id })} tooltip={false}>
                <Ellipsis className="size-5" aria-hidden="true" />
              </IconButton>
            }
          >
            <MenuItem icon={<Pencil />} onSelect={() => onOpen({ what: "details", model: one })}>
              {t("edit")}
            </MenuItem>
            <MenuItem icon={<Tag />} onSelect={() => onOpen({ what: "price", model: one })}>
              {t("setPrice")}
            </MenuItem>
            <MenuItem icon={<History />} onSelect={() => onOpen({ what: "history", model: one })}>
              {t("history")}
            </MenuItem>
          </Menu>
        ),
    },
  ];
  return (
    <>
      <div className="grid @lg:grid-cols-2 items-start gap-4">
        <TextField
          label={t("search")}
          type="search"
          value={words}
          autoComplete="off"
          onChange={(event) => {
            setWords(event.target.value);
            show(event.target.value.trim(), provider);
          }}
        />
        <SelectField
          label={t("provider")}
          value={provider}
          choices={[
            { value: "", label: t("allProviders") },
            ...providers.map((one) => ({ value: one, label: one })),
          ]}
          onChange={(event) => show(words.trim(), event.target.value)}
        />
      </div>
      <p role="status" className="text-muted text-sm">
        {t("found", { count: found.length })}
      </p>
      {rows.length === 0 ? null : (
        <DataTable label={t("title")} columns={columns} rows={rows} keyOf={(one) => one.id} />
      )}
      {rows.length < found.length ? (
        <Button tone="quiet" onClick={() => setAll(true)}>
          {t("showAll", { count: found.length })}
        </Button>
      ) : null}
    </>
  );
}

function ModelName({ model }: { model: AdminModel }) {
  const t = useTranslations("admin.models");
  return (
    <span className="flex flex-col items-start gap-1 @max-xl:pe-10">
      <span className="wrap-anywhere">{model.id}</span>
      {model.name !== "" && !model.id.endsWith(model.name) ? (
        <span className="font-normal text-muted text-xs">{model.name}</span>
      ) : null}
      <span className="flex flex-wrap gap-1.5">
        {model.kind === "route" ? <Badge tone="accent">{t("route")}</Badge> : null}
        {model.enabled ? null : <Badge tone="warn">{t("hidden")}</Badge>}
        {model.override ? <Badge>{t("overridden")}</Badge> : null}
      </span>
    </span>
  );
}

function Abilities({ model }: { model: AdminModel }) {
  const t = useTranslations("admin.models");
  const known = (["vision", "tools", "json", "reasoning"] as const).filter(
    (one) => model.capabilities[one] === true,
  );
  if (known.length === 0) return <span className="text-muted">–</span>;
  return (
    <span className="flex flex-wrap gap-1 @max-xl:justify-end">
      {known.map((one) => (
        <Badge key={one}>{t(`ability.${one}`)}</Badge>
      ))}
    </span>
  );
}

function PriceCell({ model }: { model: AdminModel }) {
  const t = useTranslations("admin.models");
  const { money } = useMoney();
  const { price } = model;
  if (!price) return <span className="text-muted">{t("noPrice")}</span>;
  return (
    <span className="flex flex-col items-end">
      <span className="whitespace-nowrap">
        {t("inOut", { input: money(price.input), output: money(price.output) })}
      </span>
      <span className="text-muted text-xs">{t(`source.${price.source}`)}</span>
    </span>
  );
}
