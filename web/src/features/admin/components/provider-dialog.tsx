// Connects a provider, or changes one. The server tries it out before it saves anything.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { FormEnd } from "@/components/desk/form-end.tsx";
import { SelectField } from "@/components/desk/select-field.tsx";
import { Switch } from "@/components/desk/switch.tsx";
import { TextArea } from "@/components/desk/text-area.tsx";
import { Alert } from "@/components/ui/alert.tsx";
import { Dialog } from "@/components/ui/dialog.tsx";
import { TextField } from "@/components/ui/field.tsx";
import { PasswordField } from "@/components/ui/password-field.tsx";
import { toast } from "@/components/ui/toast-store.ts";
import { ApiProblem } from "@/lib/api/problem.ts";
import type { Provider } from "@/lib/api/types.ts";
import { useFields } from "@/lib/form/use-fields.ts";
import { parseWhole } from "@/lib/money/decimal.ts";
import { useChange } from "@/lib/query/use-change.ts";
import { isStale } from "../api/etag.ts";
import {
  changeProvider,
  createProvider,
  PROVIDER_TOUCHES,
  readProvider,
} from "../api/providers.ts";
import {
  BASE_URLS,
  givenHeaders,
  headersOf,
  isLocal,
  KINDS,
  type Kind,
  linesOf,
  needsKey,
} from "../kinds.ts";
import { StaleAlert } from "./stale-alert.tsx";

export interface ProviderDialogProps {
  /** Null for a new one. */
  provider: Provider | null;
  onClose: () => void;
}

export function ProviderDialog({ provider, onClose }: ProviderDialogProps) {
  const t = useTranslations("admin.providers");
  const [shown, setShown] = useState(provider);
  const reload = useChange({
    act: async () => {
      if (provider !== null) setShown(await readProvider(provider.id));
    },
    touches: [],
    loud: true,
  });
  return (
    <Dialog
      open
      wide
      guarded
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={shown === null ? t("addTitle") : t("editTitle", { name: shown.name })}
      description={t("probeNote")}
    >
      <ProviderForm
        // A newer version begins anew.
        key={shown?.version ?? "new"}
        provider={shown}
        onReload={() => reload.run()}
        onClose={onClose}
      />
    </Dialog>
  );
}

interface ProviderFormProps extends ProviderDialogProps {
  onReload: () => void;
}

function ProviderForm({ provider, onReload, onClose }: ProviderFormProps) {
  const t = useTranslations("admin.providers");
  const common = useTranslations("common");
  const client = useQueryClient();
  const first: Kind = KINDS.find((one) => one === provider?.kind) ?? "openai";
  const [kind, setKind] = useState<Kind>(first);
  const [inside, setInside] = useState(provider?.private_network ?? isLocal(first));
  const [unproven, setUnproven] = useState(false);
  const [stale, setStale] = useState(false);
  const filled = (value: string) => (value.trim() === "" ? common("required") : null);
  const form = useFields(
    {
      name: provider?.name ?? first,
      base_url: provider?.base_url ?? BASE_URLS[first],
      secret: "",
      models: provider?.models.join("\n") ?? "",
      max_concurrency: provider?.max_concurrency?.toString() ?? "",
      headers: "",
    },
    {
      name: filled,
      base_url: filled,
      ...(provider === null && needsKey(kind) ? { secret: filled } : {}),
      max_concurrency: (value) =>
        value.trim() === "" || (parseWhole(value) ?? 0) >= 1 ? null : t("concurrencyInvalid"),
      headers: (value) => (headersOf(value) === null ? t("headersInvalid") : null),
    },
  );

  function choose(next: Kind): void {
    // What somebody typed stays; what was only suggested follows the kind.
    if (form.values.base_url === BASE_URLS[kind]) form.set("base_url", BASE_URLS[next]);
    if (form.values.name === kind) form.set("name", next);
    if (isLocal(next) !== isLocal(kind)) setInside(isLocal(next));
    setKind(next);
  }

  const submit = form.onSubmit(async (values) => {
    setUnproven(false);
    setStale(false);
    const headers = headersOf(values.headers) ?? {};
    const secret = values.secret.trim();
    const slots = values.max_concurrency.trim();
    const written = {
      kind,
      name: values.name.trim(),
      base_url: values.base_url.trim(),
      private_network: inside,
      models: linesOf(values.models),
    };
    try {
      if (provider === null) {
        const { probe } = await createProvider({
          ...written,
          enabled: true,
          headers: givenHeaders(headers),
          ...(slots === "" ? {} : { max_concurrency: parseWhole(slots) ?? 1 }),
          credentials: secret === "" ? [] : [{ label: t("firstKey"), secret, weight: 1 }],
        });
        toast(
          probe
            ? t("probeGood", { name: written.name, count: probe.models, ms: probe.took_ms })
            : t("saved"),
          { tone: "good" },
        );
      } else {
        await changeProvider(provider.id, `"v${provider.version}"`, {
          ...written,
          max_concurrency: slots === "" ? null : parseWhole(slots),
          ...(values.headers.trim() === "" ? {} : { headers }),
        });
        toast(t("saved"), { tone: "good" });
      }
    } catch (cause) {
      if (isStale(cause)) {
        setStale(true);
        return;
      }
      setUnproven(cause instanceof ApiProblem && cause.code.startsWith("llm.probe"));
      throw cause;
    }
    for (const queryKey of PROVIDER_TOUCHES)
      void client.invalidateQueries({ queryKey: [...queryKey] });
    onClose();
  });

  return (
    <form noValidate onSubmit={submit} className="flex flex-col gap-5">
      {form.fault ? (
        <Alert tone="danger" {...(unproven ? { title: t("probeFailed") } : {})}>
          {form.fault}
        </Alert>
      ) : null}
      {stale ? <StaleAlert of="providers" onReload={onReload} /> : null}
      <div className="grid items-start gap-5 sm:grid-cols-2">
        <SelectField
          label={t("kind")}
          value={kind}
          choices={KINDS.map((one) => ({ value: one, label: t(`kinds.${one}`) }))}
          onChange={(event) => {
            const next = KINDS.find((one) => one === event.target.value);
            if (next) choose(next);
          }}
        />
        <TextField
          label={t("name")}
          hint={t("nameHint")}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          {...form.field("name")}
        />
      </div>
      <TextField
        label={t("baseUrl")}
        type="url"
        inputMode="url"
        autoComplete="off"
        spellCheck={false}
        placeholder="https://llm.example.com/v1"
        {...form.field("base_url")}
      />
      {provider === null ? (
        <PasswordField
          label={needsKey(kind) ? t("key") : t("keyOptional")}
          hint={t("keyHint")}
          autoComplete="new-password"
          {...form.field("secret")}
        />
      ) : null}
      <Switch
        label={t("privateLabel")}
        hint={t("privateHint")}
        checked={inside}
        onChange={setInside}
      />
      <details
        className="rounded-control border border-line px-4"
        open={
          ["models", "max_concurrency", "headers"].some(
            (one) => form.values[one as "models"] !== "",
          ) || undefined
        }
      >
        <summary className="min-h-11 content-center font-medium text-sm">{t("more")}</summary>
        <div className="flex flex-col gap-5 pt-2 pb-5">
          <TextArea label={t("models")} hint={t("modelsHint")} rows={3} {...form.field("models")} />
          <TextField
            label={t("concurrency")}
            hint={t("concurrencyHint")}
            inputMode="numeric"
            autoComplete="off"
            {...form.field("max_concurrency")}
          />
          <TextArea
            label={t("headers")}
            hint={
              provider !== null && provider.headers.length > 0
                ? t("headersKeep", { names: provider.headers.join(", ") })
                : t("headersHint")
            }
            rows={2}
            {...form.field("headers")}
          />
        </div>
      </details>
      <FormEnd
        label={form.busy ? t("probing") : provider === null ? t("connect") : common("save")}
        busy={form.busy}
        onCancel={onClose}
      />
    </form>
  );
}
