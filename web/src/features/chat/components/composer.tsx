// Where a question is written. With a keyboard Enter sends, Shift+Enter breaks the line, and Enter that ends a conversion does neither.
import { ArrowUp, Square } from "lucide-react";
import {
  type FormEvent,
  type KeyboardEvent,
  type Ref,
  useEffect,
  useId,
  useImperativeHandle,
  useRef,
} from "react";
import { useTranslations } from "use-intl";
import { IconButton } from "@/components/ui/icon-button.tsx";
import { byTouch } from "../by-touch.ts";
import { countPoints } from "../code-points.ts";
import { useAutoHeight } from "../use-auto-height.ts";

export const LONGEST_MESSAGE = 32_768;
const COUNT_FROM = LONGEST_MESSAGE * 0.9;
const TALLEST_PX = 240;
/** Safari ends the composition before the Enter that ended it arrives. */
const AFTER_COMPOSITION_MS = 60;

export interface ComposerHandle {
  focus: () => void;
}

export interface ComposerProps {
  text: string;
  onChange: (text: string) => void;
  onSend: (text: string) => void;
  /** Present while an answer is being written: the button stops it. */
  onStop?: (() => void) | undefined;
  /** Why nothing can be sent right now. */
  blocked?: string | null;
  autoFocus?: boolean;
  ref?: Ref<ComposerHandle>;
}

export function Composer({
  text,
  onChange,
  onSend,
  onStop,
  blocked = null,
  autoFocus = false,
  ref,
}: ComposerProps) {
  const t = useTranslations("chat.send");
  const hintId = useId();
  const touch = byTouch();
  const field = useRef<HTMLTextAreaElement>(null);
  const composition = useRef({ active: false, endedAt: 0 });
  // Counting a long text at every key would cost; code points are never more than units.
  const count = text.length >= COUNT_FROM ? countPoints(text) : text.length;
  const tooLong = count > LONGEST_MESSAGE;
  const sendable = text.trim() !== "" && !tooLong && blocked === null;

  useImperativeHandle(ref, () => ({ focus: () => field.current?.focus() }), []);

  useAutoHeight(field, text, TALLEST_PX);

  useEffect(() => {
    // On a phone the keyboard would cover half of what there is to read.
    if (autoFocus && matchMedia("(pointer: fine)").matches) field.current?.focus();
  }, [autoFocus]);

  const submit = () => {
    if (sendable) onSend(text);
  };

  const keyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key !== "Enter" || event.shiftKey || event.altKey) return;
    if (touch && !event.ctrlKey && !event.metaKey) return;
    const { isComposing, keyCode } = event.nativeEvent;
    const justEnded = Date.now() - composition.current.endedAt < AFTER_COMPOSITION_MS;
    if (isComposing || keyCode === 229 || composition.current.active || justEnded) return;
    event.preventDefault();
    submit();
  };

  return (
    <form
      className="rounded-card border border-edge bg-surface shadow-card focus-within:border-accent"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="flex items-end gap-1 p-1.5">
        <textarea
          ref={field}
          rows={1}
          value={text}
          aria-label={t("label")}
          aria-describedby={hintId}
          aria-invalid={tooLong || undefined}
          placeholder={t("placeholder")}
          enterKeyHint={touch ? "enter" : "send"}
          onChange={(event) => onChange(event.target.value)}
          onKeyDown={keyDown}
          onCompositionStart={() => {
            composition.current.active = true;
          }}
          onCompositionEnd={() => {
            composition.current = { active: false, endedAt: Date.now() };
          }}
          className="max-h-60 min-h-11 min-w-0 flex-1 resize-none bg-transparent px-3 py-2.5 text-base leading-6 placeholder:text-muted focus:outline-none"
        />
        {onStop ? (
          <IconButton label={t("stop")} tone="primary" round onClick={onStop}>
            <Square className="size-4 fill-current" aria-hidden="true" />
          </IconButton>
        ) : (
          <IconButton type="submit" label={t("send")} tone="primary" round disabled={!sendable}>
            <ArrowUp className="size-5" aria-hidden="true" />
          </IconButton>
        )}
      </div>
      <p id={hintId} className="sr-only">
        {t(touch ? "hintTouch" : "hint")}
      </p>
      {count >= COUNT_FROM ? (
        <p
          role={tooLong ? "alert" : undefined}
          className={`px-4 pb-2 text-xs ${tooLong ? "text-danger-ink" : "text-muted"}`}
        >
          {t(tooLong ? "tooLong" : "count", { count, limit: LONGEST_MESSAGE })}
        </p>
      ) : null}
      {blocked !== null && text.trim() !== "" ? (
        <p className="px-4 pb-2 text-muted text-xs">{blocked}</p>
      ) : null}
    </form>
  );
}
