// The languages that code blocks are coloured in, and the names that writers use for them.

export const LANGUAGES = [
  "bash",
  "c",
  "cpp",
  "csharp",
  "css",
  "diff",
  "docker",
  "go",
  "html",
  "java",
  "javascript",
  "json",
  "kotlin",
  "php",
  "python",
  "ruby",
  "rust",
  "sql",
  "swift",
  "toml",
  "tsx",
  "typescript",
  "yaml",
] as const;
export type Language = (typeof LANGUAGES)[number];

const ALIASES: Record<string, Language> = {
  "c#": "csharp",
  "c++": "cpp",
  cs: "csharp",
  dockerfile: "docker",
  golang: "go",
  htm: "html",
  js: "javascript",
  jsx: "tsx",
  jsonc: "json",
  kt: "kotlin",
  mjs: "javascript",
  patch: "diff",
  py: "python",
  python3: "python",
  rb: "ruby",
  rs: "rust",
  sh: "bash",
  shell: "bash",
  shellscript: "bash",
  ts: "typescript",
  xml: "html",
  yml: "yaml",
  zsh: "bash",
};

/** What stands behind the opening fence, such as `ts title="x"`. */
export function languageOf(info: string | undefined): { name: string; language: Language | null } {
  const name = (info ?? "").trim().split(/[\s,{]/)[0] ?? "";
  const lower = name.toLowerCase();
  const known = LANGUAGES.find((one) => one === lower) ?? ALIASES[lower] ?? null;
  return { name, language: known };
}
