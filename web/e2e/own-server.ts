// A real server with settings of its own, and data that goes with it: for the pictures and for what the shared one cannot show.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

export const PASSWORD = "four unrelated words here";
export const ADMIN = "sari@example.org";

const BINARY = process.env.OBROL_BIN ?? "obrol";

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((done) => probe.listen(0, "127.0.0.1", done));
  const { port } = probe.address() as AddressInfo;
  await new Promise((done) => probe.close(done));
  return port;
}

export interface Running {
  url: string;
  /** Its data directory. */
  folder: string;
  stop: () => Promise<void>;
}

export async function startServer(
  settings: Record<string, string>,
  administered: boolean,
): Promise<Running> {
  const folder = mkdtempSync(join(tmpdir(), "obrol-shots-"));
  const url = `http://127.0.0.1:${await freePort()}`;
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(OBROL_|DATABASE_URL|REDIS_URL)/.test(name),
  );
  const env = {
    ...Object.fromEntries(kept),
    OBROL_DATA_DIR: folder,
    OBROL_LISTEN: new URL(url).host,
    OBROL_METRICS_LISTEN: `127.0.0.1:${await freePort()}`,
    OBROL_PUBLIC_URL: url,
    OBROL_REGISTRATION: "open",
    OBROL_OLLAMA_PROBE: "no",
    ...settings,
  };
  if (administered) {
    const words = ["admin", "create", "--email", ADMIN, "--password-stdin"];
    const made = spawnSync(BINARY, words, { env, input: `${PASSWORD}\n`, encoding: "utf8" });
    if (made.status !== 0) throw new Error(`obrol admin create: ${made.stderr}`);
  }
  const child: ChildProcess = spawn(BINARY, ["serve"], { env, stdio: "ignore" });
  const gone = new Promise<void>((done) => child.once("exit", () => done()));
  const stop = async () => {
    child.kill("SIGTERM");
    await gone;
    rmSync(folder, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 200; tries += 1) {
    const ready = await fetch(`${url}/readyz`).catch(() => null);
    if (ready?.ok) return { url, folder, stop };
    await wait(100);
  }
  await stop();
  throw new Error("the server does not become ready");
}
