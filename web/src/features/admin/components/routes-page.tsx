// Routes: under one name a chain of models, the next one taken when one fails.
import { useQuery } from "@tanstack/react-query";
import { Route as RouteIcon } from "lucide-react";
import { useTranslations } from "use-intl";
import { Badge } from "@/components/desk/badge.tsx";
import { ListPage } from "@/components/desk/list-page.tsx";
import { cardClass } from "@/components/desk/page.tsx";
import { Switch } from "@/components/desk/switch.tsx";
import { Button } from "@/components/ui/button.tsx";
import type { LlmRoute } from "@/lib/api/types.ts";
import { useChange } from "@/lib/query/use-change.ts";
import { deleteRoute, ROUTE_TOUCHES, routesQuery, switchRoute } from "../api/routes.ts";
import { RouteDialog } from "./route-dialog.tsx";

export function RoutesPage() {
  const t = useTranslations("admin.routes");
  return (
    <ListPage
      title={t("title")}
      lead={t("lead")}
      query={useQuery(routesQuery)}
      failed={t("failed")}
      empty={{ icon: <RouteIcon />, title: t("emptyTitle"), body: t("emptyBody") }}
      add={t("add")}
      form={(route, close) => <RouteDialog route={route} onClose={close} />}
      removal={{
        act: (one) => deleteRoute(one.id),
        touches: ROUTE_TOUCHES,
        said: t("deleted"),
        title: ({ name }) => t("deleteTitle", { name }),
        body: () => t("deleteBody"),
        label: t("delete"),
      }}
    >
      {(routes, { edit, remove }) => (
        <ul className="flex flex-col gap-4">
          {routes.map((one) => (
            <RouteCard
              key={one.id}
              route={one}
              onEdit={() => edit(one)}
              onDelete={() => remove(one)}
            />
          ))}
        </ul>
      )}
    </ListPage>
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
          <h3 className="min-w-0 flex-1 wrap-anywhere font-semibold">route/{route.name}</h3>
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
              <span className="min-w-0 wrap-anywhere pt-0.5">{step.model}</span>
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
