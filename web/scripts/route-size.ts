// What a reader downloads to see each route, gzipped, against the budgets. Deterministic, so it can be a gate.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { GRAPH, type GraphChunk } from "./vite-route-graph.ts";

const KB = 1024;
const DIST = join(import.meta.dirname, "../dist");

/** Route files from the outside in, and the budget in kB. `with` names modules loaded a moment later; catalogs count by themselves. */
const ROUTES: { name: string; files: string[]; with?: string[]; budget: number }[] = [
  { name: "login", files: ["login"], budget: 145 },
  { name: "register", files: ["register"], budget: 145 },
  { name: "setup", files: ["setup"], budget: 145 },
  { name: "chat, empty", files: ["_app", "_app/index"], budget: 145 },
  {
    name: "chat, with markdown",
    files: ["_app", "_app/c.$conversationId"],
    // The highlighter's worker comes with a finished block of code only, so it is not counted.
    with: ["src/lib/markdown/"],
    budget: 165,
  },
  {
    name: "settings/profile",
    files: ["_app", "_app/settings", "_app/settings.profile"],
    budget: 165,
  },
  {
    name: "settings/appearance",
    files: ["_app", "_app/settings", "_app/settings.appearance"],
    budget: 165,
  },
  {
    name: "settings/devices",
    files: ["_app", "_app/settings", "_app/settings.devices"],
    budget: 165,
  },
  { name: "settings/keys", files: ["_app", "_app/settings", "_app/settings.keys"], budget: 165 },
  { name: "settings/usage", files: ["_app", "_app/settings", "_app/settings.usage"], budget: 165 },
  { name: "admin/index", files: ["_app", "_app/admin", "_app/admin.index"], budget: 165 },
  { name: "admin/providers", files: ["_app", "_app/admin", "_app/admin.providers"], budget: 165 },
  { name: "admin/models", files: ["_app", "_app/admin", "_app/admin.models"], budget: 165 },
  { name: "admin/routes", files: ["_app", "_app/admin", "_app/admin.routes"], budget: 165 },
  { name: "admin/limits", files: ["_app", "_app/admin", "_app/admin.limits"], budget: 165 },
  { name: "admin/rules", files: ["_app", "_app/admin", "_app/admin.rules"], budget: 165 },
  { name: "admin/usage", files: ["_app", "_app/admin", "_app/admin.usage"], budget: 165 },
  { name: "admin/settings", files: ["_app", "_app/admin", "_app/admin.settings"], budget: 165 },
];
const CSS_BUDGET = 12;
const CATALOG_BUDGET = 12;

const chunks = JSON.parse(readFileSync(GRAPH, "utf8")) as GraphChunk[];
const byFile = new Map(chunks.map((one) => [one.file, one]));
const sizes = new Map<string, number>();

function size(file: string): number {
  let bytes = sizes.get(file);
  if (bytes === undefined) {
    bytes = gzipSync(readFileSync(join(DIST, file)), { level: 9 }).length;
    sizes.set(file, bytes);
  }
  return bytes;
}

function reach(files: Iterable<string>): Set<string> {
  const seen = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const next of byFile.get(file)?.imports ?? []) visit(next);
  };
  for (const file of files) visit(file);
  return seen;
}

const total = (files: Iterable<string>) => [...files].reduce((sum, file) => sum + size(file), 0);
const entries = chunks.filter((one) => one.entry).map((one) => one.file);
const catalog = (locale: string) => chunks.find((one) => one.facade === `messages/${locale}.json`);
const faults: string[] = [];

function report(name: string, bytes: number, budget: number): void {
  const over = bytes > budget * KB;
  console.log(
    `${over ? "OVER" : "  ok"}  ${(bytes / KB).toFixed(1).padStart(6)} of ${budget} kB  ${name}`,
  );
  if (over) faults.push(name);
}

for (const route of ROUTES) {
  const own = chunks.filter((one) =>
    route.files.some((file) => one.facade.startsWith(`src/routes/${file}.tsx?`)),
  );
  if (own.length === 0) throw new Error(`no chunk of ${route.name}: is the route gone?`);
  const first = reach([...entries, ...own.map((one) => one.file)]);
  const later = chunks.filter(
    (one) =>
      [...first].some((file) => byFile.get(file)?.dynamicImports.includes(one.file)) &&
      (route.with ?? []).some((prefix) => one.facade.startsWith(prefix)),
  );
  report(route.name, total(reach([...first, ...later.map((one) => one.file)])), route.budget);
}

for (const locale of ["en", "id", "ja"]) {
  const found = catalog(locale);
  if (found) report(`catalog ${locale}`, size(found.file), CATALOG_BUDGET);
  const more = catalog(`llm/${locale}`);
  if (more)
    report(`catalog ${locale}, keys, usage and administration`, size(more.file), CATALOG_BUDGET);
}
const css = readdirSync(join(DIST, "assets")).filter((name) => name.endsWith(".css"));
report("css", total(css.map((name) => `assets/${name}`)), CSS_BUDGET);

if (faults.length > 0) {
  console.error(`over budget: ${faults.join(", ")}`);
  process.exitCode = 1;
}
