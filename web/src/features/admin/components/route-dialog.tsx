// Makes a route or changes one. Two operators who change the same one do not overwrite each other unasked.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { FormEnd } from "@/components/desk/form-end.tsx";
import { Loaded } from "@/components/desk/loaded.tsx";
import { Alert } from "@/components/ui/alert.tsx";
import { Dialog } from "@/components/ui/dialog.tsx";
import { TextField } from "@/components/ui/field.tsx";
import { toast } from "@/components/ui/toast-store.ts";
import type { LlmRoute, RouteStep } from "@/lib/api/types.ts";
import { useFields } from "@/lib/form/use-fields.ts";
import { isStale } from "../api/etag.ts";
import { changeRoute, createRoute, ROUTE_TOUCHES, readRoute } from "../api/routes.ts";
import { StaleAlert } from "./stale-alert.tsx";
import { StepList } from "./step-list.tsx";

export interface RouteDialogProps {
  /** Null for a new one. */
  route: LlmRoute | null;
  onClose: () => void;
}

export function RouteDialog({ route, onClose }: RouteDialogProps) {
  const t = useTranslations("admin.routes");
  const id = route?.id ?? "";
  // Read again: the list may be minutes old, and the version is needed.
  const known = useQuery({
    queryKey: ["admin", "routes", id],
    queryFn: () => readRoute(id),
    enabled: route !== null,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  });
  return (
    <Dialog
      open
      wide
      guarded
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={route === null ? t("addTitle") : t("editTitle", { name: route.name })}
      description={t("dialogLead")}
    >
      {route === null ? (
        <RouteForm seen={null} onClose={onClose} onReload={() => {}} />
      ) : (
        <Loaded query={known} failed={t("failed")}>
          {(seen) => (
            <RouteForm
              // A newer version begins anew.
              key={seen.etag}
              seen={seen}
              onClose={onClose}
              onReload={() => void known.refetch()}
            />
          )}
        </Loaded>
      )}
    </Dialog>
  );
}

interface RouteFormProps {
  seen: { route: LlmRoute; etag: string } | null;
  onClose: () => void;
  onReload: () => void;
}

function RouteForm({ seen, onClose, onReload }: RouteFormProps) {
  const t = useTranslations("admin.routes");
  const common = useTranslations("common");
  const client = useQueryClient();
  const [steps, setSteps] = useState<RouteStep[]>(seen?.route.steps ?? []);
  const [stale, setStale] = useState(false);
  const form = useFields(
    { name: seen?.route.name ?? "", steps: "" },
    {
      name: (value) => (value.trim() === "" ? common("required") : null),
      steps: () => (steps.length === 0 ? t("stepsMissing") : null),
    },
  );
  const submit = form.onSubmit(async (values) => {
    setStale(false);
    const name = values.name.trim();
    try {
      if (seen === null) await createRoute({ name, steps, enabled: true });
      else await changeRoute(seen.route.id, seen.etag, { name, steps });
    } catch (cause) {
      if (isStale(cause)) {
        setStale(true);
        return;
      }
      throw cause;
    }
    for (const queryKey of ROUTE_TOUCHES)
      void client.invalidateQueries({ queryKey: [...queryKey] });
    toast(t("saved"), { tone: "good" });
    onClose();
  });
  const { ref, error } = form.field("steps");
  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-5">
      {form.fault ? <Alert tone="danger">{form.fault}</Alert> : null}
      {stale ? <StaleAlert of="routes" onReload={onReload} /> : null}
      <TextField
        label={t("name")}
        hint={t("nameHint", { name: form.values.name.trim() || "…" })}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        {...form.field("name")}
      />
      <StepList steps={steps} onChange={setSteps} error={error} inputRef={ref} />
      <FormEnd busy={form.busy} onCancel={onClose} />
    </form>
  );
}
