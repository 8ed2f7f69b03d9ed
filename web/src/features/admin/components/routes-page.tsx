// Routes: under one name a chain of models, the next one taken when one fails.
import { useQuery } from "@tanstack/react-query";
import { Route as RouteIcon } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Badge } from "@/components/desk/badge.tsx";
import { Loaded } from "@/components/desk/loaded.tsx";
import { cardClass, focusTitle, Page } from "@/components/desk/page.tsx";
import { Switch } from "@/components/desk/switch.tsx";
import { Button } from "@/components/ui/button.tsx";
import { Confirm } from "@/components/ui/confirm.tsx";
import { Empty } from "@/components/ui/empty.tsx";
import type { LlmRoute } from "@/lib/api/types.ts";
import { useChange } from "@/lib/query/use-change.ts";
import { deleteRoute, routesQuery, switchRoute } from "../api/routes.ts";
import { RouteDialog } from "./route-dialog.tsx";

export const ROUTE_TOUCHES = [routesQuery.queryKey, ["admin", "models"], ["models"]];

export function RoutesPage() {
  const t = useTranslations("admin.routes");
  const routes = useQuery(routesQuery);
  const [editing, setEditing] = useState<LlmRoute | "new" | null>(null);
  const [leaving, setLeaving] = useState<LlmRoute | null>(null);
  const remove = useChange<string>({
    act: deleteRoute,
    touches: ROUTE_TOUCHES,
    said: t("deleted"),
    done: () => {
      setLeaving(null);
      focusTitle();
    },
  });
  return (
    <Page
      title={t("title")}
      lead={t("lead")}
      actions={<Button onClick={() => setEditing("new")}>{t("add")}</Button>}
    >
      <Loaded query={routes} failed={t("failed")}>
        {(data) =>
          data.items.length === 0 ? (
            <Empty level={3} icon={<RouteIcon />} title={t("emptyTitle")}>
              {t("emptyBody")}
            </Empty>
          ) : (
            <ul className="flex flex-col gap-4">
              {data.items.map((one) => (
                <RouteCard
                  key={one.id}
                  route={one}
                  onEdit={() => setEditing(one)}
                  onDelete={() => setLeaving(one)}
                />
              ))}
            </ul>
          )
        }
      </Loaded>
      {editing === null ? null : (
        <RouteDialog route={editing === "new" ? null : editing} onClose={() => setEditing(null)} />
      )}
      <Confirm
        open={leaving !== null}
        onOpenChange={(open) => {
          if (!open) {
            setLeaving(null);
            remove.reset();
          }
        }}
        title={t("deleteTitle", { name: leaving?.name ?? "" })}
        description={t("deleteBody")}
        confirmLabel={t("delete")}
        danger
        busy={remove.busy}
        error={remove.fault}
        onConfirm={() => leaving && remove.run(leaving.id)}
      />
    </Page>
  );
}

interface RouteCardProps {
  route: LlmRoute;
  onEdit: () => void;
  onDelete: () => void;
}

function RouteCard({ route, onEdit, onDelete }: RouteCardProps) {
  const t = useTranslations("admin.routes");
  const power = useChange<boolean>({
    act: (enabled) => switchRoute(route.id, enabled),
    touches: ROUTE_TOUCHES,
    loud: true,
  });
  return (
    <li>
      <article aria-label={route.name} className={`${cardClass} flex flex-col gap-3 p-4 sm:p-5`}>
        <div className="flex items-center gap-2">
          <h3 className="min-w-0 flex-1 break-all font-semibold">route/{route.name}</h3>
          <Switch
            bare
            label={t("enabledNamed", { name: route.name })}
            checked={power.value ?? route.enabled}
            onChange={power.run}
          />
        </div>
        <ol className="flex flex-col gap-1.5 text-sm">
          {route.steps.map((step, place) => (
            <li key={step.model} className="flex items-start gap-3">
              <span
                aria-hidden="true"
                className="grid size-6 shrink-0 place-items-center rounded-full bg-sunken text-muted text-xs tabular-nums"
              >
                {place + 1}
              </span>
              <span className="min-w-0 break-all pt-0.5">{step.model}</span>
              {step.may_continue ? <Badge tone="accent">{t("continues")}</Badge> : null}
            </li>
          ))}
        </ol>
        <div className="flex flex-wrap gap-2">
          <Button
            tone="secondary"
            aria-label={t("editNamed", { name: route.name })}
            onClick={onEdit}
          >
            {t("edit")}
          </Button>
          <Button
            tone="quiet"
            aria-label={t("deleteNamed", { name: route.name })}
            onClick={onDelete}
          >
            {t("delete")}
          </Button>
        </div>
      </article>
    </li>
  );
}
