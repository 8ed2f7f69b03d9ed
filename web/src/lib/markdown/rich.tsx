// Markdown of a model as React elements. No HTML string exists anywhere: raw HTML is shown as the text it is.
// biome-ignore-all lint/suspicious/noArrayIndexKey: tokens have no identity but their place
import type { MarkedToken, Token, Tokens } from "marked";
import { createElement, Fragment, memo, type ReactNode } from "react";
import { useTranslations } from "use-intl";
import { CodeBlock } from "./code-block.tsx";
import { decodeEntities } from "./entities.ts";
import { safeLink } from "./links.ts";

/** The page's own headings end at level 2 (the hidden heading of a message). */
const HEADING_OFFSET = 2;

export interface BlockViewProps {
  token: Token;
  /** The text may still grow at the end of this block. */
  open: boolean;
}

export const BlockView = memo(function BlockView({ token, open }: BlockViewProps) {
  return block(token, 0, open);
});

function block(token: Token, key: number, open: boolean): ReactNode {
  const one = token as MarkedToken;
  switch (one.type) {
    case "space":
    case "def":
      return null;
    case "heading":
      return heading(one, key);
    case "paragraph":
      return (
        <p key={key} className="my-3 first:mt-0 last:mb-0">
          {inline(one.tokens)}
        </p>
      );
    case "text":
      // Inside tight list items.
      return (
        <Fragment key={key}>{one.tokens ? inline(one.tokens) : decodeEntities(one.text)}</Fragment>
      );
    case "code":
      return <CodeBlock key={key} code={one.text} info={one.lang} open={open && !isClosed(one)} />;
    case "blockquote":
      return (
        <blockquote
          key={key}
          className="my-3 border-edge border-s-3 ps-4 text-muted first:mt-0 last:mb-0"
        >
          {blocks(one.tokens, open)}
        </blockquote>
      );
    case "list":
      return list(one, key, open);
    case "table":
      return <TableView key={key} table={one} />;
    case "hr":
      return <hr key={key} className="my-6 border-line" />;
    case "html":
      return (
        <p key={key} className="my-3 whitespace-pre-wrap first:mt-0 last:mb-0">
          {one.text.trimEnd()}
        </p>
      );
    default:
      return <Fragment key={key}>{inlineOne(token, key)}</Fragment>;
  }
}

function blocks(tokens: readonly Token[], open: boolean): ReactNode[] {
  return tokens.map((token, index) => block(token, index, open && index === tokens.length - 1));
}

function isClosed(code: Tokens.Code): boolean {
  if (code.codeBlockStyle === "indented") return true;
  const fence = /^ {0,3}(`{3,}|~{3,})/.exec(code.raw)?.[1];
  if (fence === undefined) return true;
  const lines = code.raw.trimEnd().split("\n");
  return lines.length > 1 && (lines.at(-1) ?? "").trim().startsWith(fence);
}

function heading(token: Tokens.Heading, key: number): ReactNode {
  const sizes = ["text-xl", "text-lg", "text-base", "text-base", "text-sm", "text-sm"];
  return createElement(
    `h${Math.min(6, token.depth + HEADING_OFFSET)}`,
    {
      key,
      className: `mt-6 mb-2 font-semibold leading-snug first:mt-0 ${sizes[token.depth - 1] ?? ""}`,
    },
    inline(token.tokens),
  );
}

function list(token: Tokens.List, key: number, open: boolean): ReactNode {
  const items = token.items.map((item, index) => (
    <li key={index} className={item.task ? "list-none" : "ps-1"}>
      {item.task ? taskItem(item) : blocks(item.tokens, open && index === token.items.length - 1)}
    </li>
  ));
  const spacing = token.loose ? "space-y-2" : "space-y-1";
  const common = `my-3 ps-6 first:mt-0 last:mb-0 [&_ol]:my-1 [&_ul]:my-1 ${spacing}`;
  if (token.ordered) {
    return (
      <ol
        key={key}
        start={token.start === "" ? 1 : token.start}
        className={`list-decimal ${common}`}
      >
        {items}
      </ol>
    );
  }
  return (
    <ul key={key} className={`list-disc ${common}`}>
      {items}
    </ul>
  );
}

function taskItem(item: Tokens.ListItem): ReactNode {
  return (
    <span className="-ms-6 flex items-start gap-2">
      <input
        type="checkbox"
        checked={item.checked ?? false}
        disabled
        readOnly
        className="mt-1.5 size-4 shrink-0"
        aria-label={item.text}
      />
      <span className="min-w-0">
        {blocks(
          item.tokens.filter((one) => one.type !== "checkbox"),
          false,
        )}
      </span>
    </span>
  );
}

function TableView({ table }: { table: Tokens.Table }) {
  const t = useTranslations("chat.code");
  const cell = (one: Tokens.TableCell) =>
    ({ start: "text-start", left: "text-left", center: "text-center", right: "text-right" })[
      one.align ?? "start"
    ];
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms; the group only names the scroll area
    <div
      role="group"
      aria-label={t("table")}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area has to be reachable by keyboard
      tabIndex={0}
      className="my-4 overflow-x-auto rounded-xl border border-line first:mt-0 last:mb-0"
    >
      <table className="w-full border-collapse text-sm">
        <thead className="bg-sunken">
          <tr>
            {table.header.map((one, column) =>
              // An empty corner heads nothing.
              createElement(
                one.text.trim() === "" ? "td" : "th",
                {
                  key: column,
                  scope: one.text.trim() === "" ? undefined : "col",
                  className: `border-line border-b px-3 py-2 font-semibold ${cell(one)}`,
                },
                inline(one.tokens),
              ),
            )}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            <tr key={index} className="border-line border-t first:border-t-0">
              {row.map((one, column) => (
                <td key={column} className={`min-w-24 px-3 py-2 align-top ${cell(one)}`}>
                  {inline(one.tokens)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function inline(tokens: readonly Token[]): ReactNode[] {
  return tokens.map((token, index) => inlineOne(token, index));
}

function inlineOne(token: Token, key: number): ReactNode {
  const one = token as MarkedToken;
  switch (one.type) {
    case "text":
      return (
        <Fragment key={key}>{one.tokens ? inline(one.tokens) : decodeEntities(one.text)}</Fragment>
      );
    case "escape":
      return one.text;
    case "strong":
      return (
        <strong key={key} className="font-semibold">
          {inline(one.tokens)}
        </strong>
      );
    case "em":
      return <em key={key}>{inline(one.tokens)}</em>;
    case "del":
      return <del key={key}>{inline(one.tokens)}</del>;
    case "codespan":
      return (
        <code
          key={key}
          className="rounded-md bg-sunken px-1.5 py-0.5 font-mono text-[0.875em] [overflow-wrap:anywhere]"
        >
          {one.text}
        </code>
      );
    case "br":
      return <br key={key} />;
    case "link":
      return link(one.href, inline(one.tokens), key);
    case "image":
      // Fetching a picture that a model names would tell its owner who reads what; the reader decides.
      return link(one.href, decodeEntities(one.text) || one.href, key);
    case "html":
      return one.raw;
    case "checkbox":
      return null;
    default:
      return one.raw;
  }
}

function link(address: string, children: ReactNode, key: number): ReactNode {
  const target = safeLink(decodeEntities(address));
  if (target === null) return <Fragment key={key}>{children}</Fragment>;
  const className =
    "text-accent-ink underline decoration-1 underline-offset-3 [overflow-wrap:anywhere] hover:decoration-2";
  return target.external ? (
    <a
      key={key}
      href={target.href}
      className={className}
      target="_blank"
      rel="noopener noreferrer nofollow"
    >
      {children}
    </a>
  ) : (
    <a key={key} href={target.href} className={className} rel="nofollow">
      {children}
    </a>
  );
}
