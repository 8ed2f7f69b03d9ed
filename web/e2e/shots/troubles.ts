// What goes wrong at providers, and what a month leaves behind, brought about at a running server.
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { CUT, KEYS, MODELS, type Upstream } from "../upstream.ts";
import type { Device } from "./api.ts";

const LLM = "/admin/llm";
/** So many calls prove to a breaker that a model is ill. */
const PROOF = 20;
export const ILL = `workshop/${MODELS.broken}`;

interface Provider {
  name: string;
  credits: object | null;
  credentials: { condition: string }[];
  health: { models: { model: string; breaker: string }[] } | null;
}

async function until(what: string, ready: () => Promise<boolean | string>): Promise<void> {
  let heard: boolean | string = false;
  for (let tries = 0; tries < 300; tries += 1) {
    heard = await ready();
    if (heard === true) return;
    await wait(200);
  }
  throw new Error(`it does not come about: ${what} (${heard})`);
}

function providers(device: Device): Promise<Provider[]> {
  return device.call<{ items: Provider[] }>("GET", `${LLM}/providers`).then((page) => page.items);
}

/** Asks until it has failed often enough, and again when the breaker wants to know whether it is over. */
export async function openBreaker(device: Device): Promise<void> {
  const isOpen = async () => {
    const models = (await providers(device)).flatMap((one) => one.health?.models ?? []);
    return models.some((one) => one.breaker === "open");
  };
  for (let calls = 0; calls < PROOF && !(await isOpen()); calls += 1)
    await device.program(ILL, "Are you there?");
  await until("an open breaker", async () => {
    if (await isOpen()) return true;
    return device.program(ILL, "And now?");
  });
}

async function lowCredit(device: Device, root: string): Promise<void> {
  for (const name of ["thin", "dry"])
    await device.call("POST", `${LLM}/providers`, {
      name: `router-${name}`,
      kind: "openrouter",
      base_url: `${root}/${name}/v1`,
      private_network: true,
      credentials: [{ label: "Company account", secret: KEYS.good, weight: 1 }],
    });
  await device.call("PUT", `${LLM}/settings`, {
    daily_spend_alert_micros: 100,
    credit_warning_micros: 5_000_000,
    credit_critical_micros: 1_000_000,
    cache_answers: false,
  });
}

/** A limited key rests for ten minutes at the most. */
export async function tireKey(device: Device): Promise<void> {
  await until("a resting and a disabled key", async () => {
    await device.program(`shared-desk/${MODELS.steady}`, "Which key is it?");
    const own = (await providers(device)).find((one) => one.name === "shared-desk");
    const states = own?.credentials.map((one) => one.condition) ?? [];
    return states.includes("resting") && states.includes("disabled");
  });
}

async function badKeys(device: Device, upstream: Upstream): Promise<void> {
  await device.call("POST", `${LLM}/providers`, {
    name: "shared-desk",
    kind: "compatible",
    base_url: upstream.url,
    private_network: true,
    models: [MODELS.steady],
    credentials: [
      { label: "Company account", secret: KEYS.good, weight: 3 },
      { label: "Trial of the design team, until spring", secret: KEYS.limited, weight: 2 },
      { label: "Left by Tono", secret: KEYS.revocable, weight: 1 },
    ],
  });
  upstream.revoke(KEYS.revocable);
  await tireKey(device);
}

/** What is done every quarter of an hour is done now. */
async function hurry(device: Device, folder: string): Promise<void> {
  const database = new DatabaseSync(join(folder, "obrol.db"), { timeout: 10_000 });
  try {
    database.exec("UPDATE schedules SET next_at = 0 WHERE name LIKE 'llm.%'");
  } finally {
    database.close();
  }
  await until("credits", async () => (await providers(device)).some((one) => one.credits));
}

/** A server that is a minute old has one day. What was used today was used on other days, too, more or less of it. */
function aMonthAgo(folder: string): void {
  const database = new DatabaseSync(join(folder, "obrol.db"), { timeout: 10_000 });
  try {
    const columns = database
      .prepare("SELECT name FROM pragma_table_info('ledger')")
      .all()
      .map(({ name }) => String(name));
    const made = columns.map((name) => {
      if (name === "id" || name === "call_id") return "randomblob(16)";
      if (name === "at" || name === "ended_at") return `${name} - :days * 86400000`;
      if (/^(input|output)_tokens$|^cost_micros$/.test(name)) return `${name} * :times`;
      return name;
    });
    const copy = database.prepare(
      `INSERT INTO ledger (${columns.join(", ")}) SELECT ${made.join(", ")} FROM ledger
       WHERE at > :today AND state = 'settled' AND (outcome = 'succeeded' OR :days % 9 = 0)`,
    );
    const today = Date.now() - 3_600_000;
    for (let days = 1; days < 40; days += 1)
      if (days % 7 !== 3)
        copy.run({ days, today, times: 40 + ((days * 37) % 23) * 30 + (days % 7 > 4 ? 0 : 400) });
  } finally {
    database.close();
  }
}

export interface Chats {
  /** A model broke off, another one went on. */
  continued: string;
  /** A model did not answer, another one did. */
  instead: string;
}

/** Chats that a route saved. */
export async function savedChats(device: Device): Promise<Chats> {
  await device.call("PUT", `${LLM}/models`, {
    model: `fake/${MODELS.steady}`,
    name: "Llama 3.3 70B",
    capabilities: { continues: true },
    enabled: true,
  });
  const route = (name: string, first: string) =>
    device.call("POST", `${LLM}/routes`, {
      name,
      steps: [
        { model: first, may_continue: true },
        { model: `fake/${MODELS.steady}`, may_continue: true },
      ],
    });
  await route("never-alone", `workshop/${CUT}`);
  await route("second-choice", ILL);
  const asked = async (name: string, title: string) => {
    const id = await device.conversation(`route/${name}`, title);
    await device.settled(await device.ask(id, "May I close this page now?"));
    return id;
  };
  return {
    continued: await asked("never-alone", "An answer in two parts"),
    instead: await asked("second-choice", "Somebody else answers"),
  };
}

/** A text that a rule met. */
async function meet(device: Device): Promise<void> {
  const id = await device.conversation(`fake/${MODELS.steady}`, "Next week");
  await device.settled(await device.ask(id, "When is the meeting of the board?"));
  await device.settled(
    await device.ask(id, "Is the launch date of Project Heron in the minutes of the meeting?"),
  );
}

export async function makeTrouble(
  device: Device,
  folder: string,
  upstream: Upstream,
): Promise<void> {
  await lowCredit(device, new URL(upstream.url).origin);
  await badKeys(device, upstream);
  // Where spending is limited, what has no price is not asked.
  for (const model of [ILL, `workshop/${CUT}`, `shared-desk/${MODELS.steady}`])
    await device.call("PUT", `${LLM}/prices`, { model, input: 200_000, output: 400_000 });
  await meet(device);
  await openBreaker(device);
  await hurry(device, folder);
  aMonthAgo(folder);
}
