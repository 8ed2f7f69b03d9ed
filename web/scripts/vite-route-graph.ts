// Notes which chunk needs which others, for route-size.ts. Kept outside dist: the server has no use for it.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

export interface GraphChunk {
  file: string;
  entry: boolean;
  /** The module this chunk was made for, relative to the project; empty for shared chunks. */
  facade: string;
  imports: string[];
  dynamicImports: string[];
}

export const GRAPH = join(import.meta.dirname, "../.cache/route-graph.json");

export function routeGraph(): Plugin {
  let root = "";
  return {
    name: "obrol-route-graph",
    apply: "build",
    configResolved(config) {
      root = config.root;
    },
    writeBundle(_options, bundle) {
      const chunks: GraphChunk[] = Object.values(bundle).flatMap((one) =>
        one.type === "chunk"
          ? [
              {
                file: one.fileName,
                entry: one.isEntry,
                facade: (one.facadeModuleId ?? "").replace(`${root}/`, ""),
                imports: one.imports,
                dynamicImports: one.dynamicImports,
              },
            ]
          : [],
      );
      mkdirSync(dirname(GRAPH), { recursive: true });
      writeFileSync(GRAPH, JSON.stringify(chunks, null, 1));
    },
  };
}
