// A block of code: its language, a copy button, colours once it is complete.
import { Check, Copy } from "lucide-react";
import { memo, useEffect, useState } from "react";
import { useTranslations } from "use-intl";
import { useCopy } from "@/lib/clipboard/use-copy.ts";
import { highlight, knownHighlight, type Piece } from "./highlight.ts";
import { languageOf } from "./languages.ts";

export interface CodeBlockProps {
  code: string;
  info: string | undefined;
  /** Still being written: colours would flicker and cost time. */
  open: boolean;
}

export const CodeBlock = memo(function CodeBlock({ code, info, open }: CodeBlockProps) {
  const t = useTranslations("chat.code");
  const { name, language } = languageOf(info);
  const [coloured, setColoured] = useState<{ code: string; lines: Piece[][] } | null>(null);

  useEffect(() => {
    if (open || language === null || code === "") return;
    let wanted = true;
    void highlight(code, language).then((lines) => {
      if (wanted && lines !== null) setColoured({ code, lines });
    });
    return () => {
      wanted = false;
    };
  }, [code, language, open]);

  const known = language === null || open ? null : knownHighlight(code, language);
  const lines = coloured?.code === code ? coloured.lines : known;

  return (
    <div className="my-4 overflow-hidden rounded-xl border border-line bg-surface first:mt-0 dark:bg-sunken last:mb-0">
      <div className="flex min-h-11 items-center justify-between gap-2 border-line border-b bg-sunken ps-4 pe-1 text-muted text-xs">
        <span className="truncate font-mono">{name || t("plain")}</span>
        <CopyCode code={code} />
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; the group only names the scroll area */}
      <div
        role="group"
        aria-label={name ? t("labelled", { language: name }) : t("label")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area has to be reachable by keyboard
        tabIndex={0}
        className="overflow-x-auto px-4 py-3 focus-visible:-outline-offset-2"
      >
        <pre className="w-max min-w-full font-mono text-[0.8125rem] leading-relaxed">
          <code>{lines === null ? code : <Lines lines={lines} />}</code>
        </pre>
      </div>
    </div>
  );
});

function Lines({ lines }: { lines: Piece[][] }) {
  return lines.map((line, row) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: lines of finished code never move
    <span key={row}>
      {line.map(([text, light, dark], column) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: nor do the pieces of a line
        <span key={column} style={{ color: `light-dark(${light}, ${dark})` }}>
          {text}
        </span>
      ))}
      {row < lines.length - 1 ? "\n" : ""}
    </span>
  ));
}

function CopyCode({ code }: { code: string }) {
  const t = useTranslations("chat.code");
  const { copied, copy } = useCopy(code);
  const Icon = copied ? Check : Copy;
  return (
    <button
      type="button"
      className="flex min-h-11 items-center gap-1.5 rounded-control px-3 font-sans hover:bg-hover hover:text-ink"
      onClick={copy}
    >
      <Icon className="size-4" aria-hidden="true" />
      <span aria-live="polite">{copied ? t("copied") : t("copy")}</span>
    </button>
  );
}
