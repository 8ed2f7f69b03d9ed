// What is usual for each kind of provider.
import type { ProviderKind } from "@/lib/api/types.ts";

export type Kind = ProviderKind;

/** The address that such a provider normally has; empty where every server has its own. */
export const BASE_URLS: Record<Kind, string> = {
  openai: "https://api.openai.com/v1",
  anthropic: "https://api.anthropic.com/v1",
  gemini: "https://generativelanguage.googleapis.com/v1beta",
  openrouter: "https://openrouter.ai/api/v1",
  groq: "https://api.groq.com/openai/v1",
  vercel: "https://ai-gateway.vercel.sh/v1",
  ollama: "http://localhost:11434",
  compatible: "",
};

export const KINDS = Object.keys(BASE_URLS) as Kind[];

/** Runs at home as a rule, so its address is a private one. */
export function isLocal(kind: Kind): boolean {
  return kind === "ollama";
}

export function needsKey(kind: Kind): boolean {
  return kind !== "ollama" && kind !== "compatible";
}

/** One a line, no blanks, none twice. */
export function linesOf(text: string): string[] {
  const lines = text.split("\n").map((line) => line.trim());
  return [...new Set(lines.filter((line) => line !== ""))];
}

/** `Name: value`, one a line; a name without a value is null, which takes the header away. Null when a line is something else. */
export function headersOf(text: string): Record<string, string | null> | null {
  const headers: Record<string, string | null> = {};
  for (const line of linesOf(text)) {
    const parts = /^([^:\s]+)\s*:\s*(.*)$/.exec(line);
    if (parts === null) return null;
    headers[parts[1] ?? ""] = parts[2] || null;
  }
  return headers;
}

/** Those that have a value, as a new provider wants them. */
export function givenHeaders(headers: Record<string, string | null>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );
}
