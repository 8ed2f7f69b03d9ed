// The chain of a route: in order, moved by dragging, by buttons, or by arrow keys, and every move is said.
import { useQuery } from "@tanstack/react-query";
import { ArrowDown, ArrowUp, GripVertical, X } from "lucide-react";
import {
  type KeyboardEvent,
  type PointerEvent,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { useTranslations } from "use-intl";
import { Switch } from "@/components/desk/switch.tsx";
import { Button } from "@/components/ui/button.tsx";
import { Field, inputClass } from "@/components/ui/field.tsx";
import { IconButton } from "@/components/ui/icon-button.tsx";
import type { RouteStep } from "@/lib/api/types.ts";
import { modelsQuery } from "../api/models.ts";
import { moved, placeUnder } from "../steps.ts";

export interface StepListProps {
  steps: RouteStep[];
  onChange: (steps: RouteStep[]) => void;
  error: string | undefined;
  inputRef: (input: HTMLElement | null) => void;
}

/** What of a row has the focus. */
type Part = "handle" | "up" | "down";

export function StepList({ steps, onChange, error, inputRef }: StepListProps) {
  const t = useTranslations("admin.routes");
  const id = useId();
  const list = useRef<HTMLOListElement>(null);
  const [said, setSaid] = useState("");
  const [dragged, setDragged] = useState<string | null>(null);

  const focus = useRef<{ place: number; part: Part } | null>(null);

  useLayoutEffect(() => {
    const wanted = focus.current;
    focus.current = null;
    if (wanted === null || steps.length === 0) return;
    // A row that changed its place in the document has lost the focus on the way.
    const row = list.current?.children[wanted.place];
    const button =
      row?.querySelector<HTMLElement>(`[data-part=${wanted.part}]:not(:disabled)`) ??
      row?.querySelector<HTMLElement>("[data-part=handle]");
    button?.focus();
  }, [steps]);

  function move(from: number, to: number, part: Part): void {
    const step = steps[from];
    if (step === undefined || to < 0 || to >= steps.length || from === to) return;
    focus.current = { place: to, part };
    onChange(moved(steps, from, to));
    setSaid(t("moved", { model: step.model, place: to + 1, count: steps.length }));
  }

  function drag(event: PointerEvent): void {
    const from = steps.findIndex((step) => step.model === dragged);
    if (from < 0) return;
    const rows = [...(list.current?.children ?? [])];
    const middles = rows.map((row) => {
      const box = row.getBoundingClientRect();
      return box.top + box.height / 2;
    });
    move(from, placeUnder(middles, from, event.clientY), "handle");
  }

  function keys(event: KeyboardEvent, from: number): void {
    const to = { ArrowUp: from - 1, ArrowDown: from + 1, Home: 0, End: steps.length - 1 }[
      event.key
    ];
    if (to === undefined) return;
    event.preventDefault();
    move(from, to, "handle");
  }

  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="mb-1 font-medium text-sm">{t("steps")}</legend>
      <p id={`${id}-hint`} className="text-muted text-sm">
        {t("stepsHint")}
      </p>
      <ol
        ref={list}
        className="flex flex-col gap-2"
        // The list hears the pointer, for the row under it changes its place while it is dragged.
        onPointerMove={drag}
        onPointerUp={() => setDragged(null)}
        onPointerCancel={() => setDragged(null)}
      >
        {steps.map((step, place) => (
          <li
            key={step.model}
            data-dragged={dragged === step.model || undefined}
            className="flex flex-wrap items-center gap-x-1 rounded-control border border-line bg-surface py-1 ps-1 pe-2 data-dragged:border-accent data-dragged:shadow-raised"
          >
            <button
              type="button"
              data-part="handle"
              aria-label={t("handle", { model: step.model, place: place + 1, count: steps.length })}
              aria-describedby={`${id}-hint`}
              className="grid size-11 shrink-0 cursor-grab touch-none place-items-center rounded-control text-muted hover:bg-hover hover:text-ink active:cursor-grabbing"
              onKeyDown={(event) => keys(event, place)}
              onPointerDown={(event) => {
                list.current?.setPointerCapture?.(event.pointerId);
                setDragged(step.model);
              }}
            >
              <GripVertical className="size-5" aria-hidden="true" />
            </button>
            <span className="min-w-0 flex-1 basis-32 wrap-anywhere text-sm">
              <span className="text-muted tabular-nums">{place + 1}. </span>
              {step.model}
            </span>
            <span className="ms-auto flex shrink-0">
              <IconButton
                label={t("up", { model: step.model })}
                tooltip={false}
                data-part="up"
                disabled={place === 0}
                onClick={() => move(place, place - 1, "up")}
              >
                <ArrowUp className="size-4.5" aria-hidden="true" />
              </IconButton>
              <IconButton
                label={t("down", { model: step.model })}
                tooltip={false}
                data-part="down"
                disabled={place === steps.length - 1}
                onClick={() => move(place, place + 1, "down")}
              >
                <ArrowDown className="size-4.5" aria-hidden="true" />
              </IconButton>
              <IconButton
                label={t("remove", { model: step.model })}
                tooltip={false}
                onClick={() => {
                  focus.current = { place: Math.max(0, place - 1), part: "handle" };
                  onChange(steps.filter((one) => one !== step));
                  setSaid(t("removed", { model: step.model }));
                }}
              >
                <X className="size-4.5" aria-hidden="true" />
              </IconButton>
            </span>
            <div className="basis-full ps-12">
              <Switch
                label={t("mayContinue")}
                checked={step.may_continue}
                onChange={(may) =>
                  onChange(steps.map((one) => (one === step ? { ...one, may_continue: may } : one)))
                }
              />
            </div>
          </li>
        ))}
      </ol>
      <AddStep
        taken={steps.map((step) => step.model)}
        error={error}
        inputRef={inputRef}
        onAdd={(model) => {
          onChange([...steps, { model, may_continue: true }]);
          setSaid(t("added", { model, place: steps.length + 1 }));
        }}
      />
      <p className="text-muted text-sm">{t("mayContinueHint")}</p>
      <p role="status" aria-live="polite" className="sr-only">
        {said}
      </p>
    </fieldset>
  );
}

interface AddStepProps {
  taken: string[];
  error: string | undefined;
  inputRef: (input: HTMLElement | null) => void;
  onAdd: (model: string) => void;
}

function AddStep({ taken, error, inputRef, onAdd }: AddStepProps) {
  const t = useTranslations("admin.routes");
  const id = useId();
  const models = useQuery(modelsQuery);
  const [model, setModel] = useState("");
  const [fault, setFault] = useState<string | undefined>(undefined);
  const offered = (models.data?.items ?? []).filter(
    (one) => one.kind === "model" && !taken.includes(one.id),
  );
  function add(): void {
    const wanted = model.trim();
    if (wanted === "") return;
    if (taken.includes(wanted)) {
      setFault(t("twice"));
      return;
    }
    onAdd(wanted);
    setModel("");
    setFault(undefined);
  }
  return (
    <Field label={t("addModel")} error={fault ?? error}>
      {(parts) => (
        <div className="flex gap-2">
          <input
            {...parts}
            ref={inputRef}
            list={`${id}-models`}
            value={model}
            placeholder="provider/model"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            className={inputClass}
            onChange={(event) => {
              setModel(event.target.value);
              setFault(undefined);
            }}
            onKeyDown={(event) => {
              if (event.key !== "Enter" || event.nativeEvent.isComposing) return;
              event.preventDefault();
              add();
            }}
          />
          <datalist id={`${id}-models`}>
            {offered.map((one) => (
              <option key={one.id} value={one.id} label={one.name} />
            ))}
          </datalist>
          <Button tone="secondary" onClick={add}>
            {t("addStep")}
          </Button>
        </div>
      )}
    </Field>
  );
}
