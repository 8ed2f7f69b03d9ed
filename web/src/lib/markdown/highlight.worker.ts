// Colours code off the main thread. Grammars are fetched when a language is first met.
import { createHighlighterCore, type HighlighterCore } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";
import type { HighlightAnswer, HighlightRequest, Piece } from "./highlight.ts";
import type { Language } from "./languages.ts";

const GRAMMARS: Record<Language, () => Promise<{ default: unknown }>> = {
  bash: () => import("shiki/langs/bash.mjs"),
  c: () => import("shiki/langs/c.mjs"),
  cpp: () => import("shiki/langs/cpp.mjs"),
  csharp: () => import("shiki/langs/csharp.mjs"),
  css: () => import("shiki/langs/css.mjs"),
  diff: () => import("shiki/langs/diff.mjs"),
  docker: () => import("shiki/langs/docker.mjs"),
  go: () => import("shiki/langs/go.mjs"),
  html: () => import("shiki/langs/html.mjs"),
  java: () => import("shiki/langs/java.mjs"),
  javascript: () => import("shiki/langs/javascript.mjs"),
  json: () => import("shiki/langs/json.mjs"),
  kotlin: () => import("shiki/langs/kotlin.mjs"),
  php: () => import("shiki/langs/php.mjs"),
  python: () => import("shiki/langs/python.mjs"),
  ruby: () => import("shiki/langs/ruby.mjs"),
  rust: () => import("shiki/langs/rust.mjs"),
  sql: () => import("shiki/langs/sql.mjs"),
  swift: () => import("shiki/langs/swift.mjs"),
  toml: () => import("shiki/langs/toml.mjs"),
  tsx: () => import("shiki/langs/tsx.mjs"),
  typescript: () => import("shiki/langs/typescript.mjs"),
  yaml: () => import("shiki/langs/yaml.mjs"),
};

const LIGHT = "github-light-high-contrast";
const DARK = "github-dark-high-contrast";

let core: Promise<HighlighterCore> | null = null;

function highlighter(): Promise<HighlighterCore> {
  core ??= createHighlighterCore({
    themes: [
      import("shiki/themes/github-light-high-contrast.mjs"),
      import("shiki/themes/github-dark-high-contrast.mjs"),
    ],
    langs: [],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  });
  return core;
}

async function colour(code: string, language: Language): Promise<Piece[][]> {
  const shiki = await highlighter();
  if (!shiki.getLoadedLanguages().includes(language)) {
    const grammar = await GRAMMARS[language]();
    await shiki.loadLanguage(grammar.default as Parameters<HighlighterCore["loadLanguage"]>[0]);
  }
  const { tokens } = shiki.codeToTokens(code, {
    lang: language,
    themes: { light: LIGHT, dark: DARK },
    defaultColor: false,
  });
  return tokens.map((line) =>
    line.map((token) => {
      const style = (token.htmlStyle ?? {}) as Record<string, string>;
      return [token.content, style["--shiki-light"] ?? "", style["--shiki-dark"] ?? ""];
    }),
  );
}

addEventListener("message", async (event: MessageEvent<HighlightRequest>) => {
  const { id, code, language } = event.data;
  let lines: Piece[][] | null = null;
  try {
    lines = await colour(code, language);
  } catch {
    // a grammar that fails leaves the code plain
  }
  postMessage({ id, lines } satisfies HighlightAnswer);
});
