// Writes .br and .gz beside every text asset, so the server only has to pick a file.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";

const TEXT = /\.(js|css|html|svg|json|webmanifest|txt|map)$/;
// Below this size a compressed sibling saves less than the headers it travels with.
const SMALLEST = 512;

const brotli = promisify(brotliCompress);
const gz = promisify(gzip);

async function compressFile(path: string): Promise<void> {
  const body = await readFile(path);
  if (body.length < SMALLEST) return;
  const [small, compatible] = await Promise.all([
    brotli(body, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 11,
        [constants.BROTLI_PARAM_SIZE_HINT]: body.length,
      },
    }),
    gz(body, { level: 9 }),
  ]);
  if (small.length < body.length) await writeFile(`${path}.br`, small);
  if (compatible.length < body.length) await writeFile(`${path}.gz`, compatible);
}

/** Compresses what the build wrote, after every other plugin (the service worker included) has finished. */
export function precompress(): Plugin {
  let out = "dist";
  return {
    name: "obrol-precompress",
    apply: "build",
    enforce: "post",
    configResolved(config) {
      out = join(config.root, config.build.outDir);
    },
    closeBundle: {
      order: "post",
      sequential: true,
      async handler() {
        const names = await readdir(out, { recursive: true });
        for (const name of names.filter((one) => TEXT.test(one))) {
          await compressFile(join(out, name));
        }
      },
    },
  };
}
