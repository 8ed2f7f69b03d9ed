// An upstream for servers of our own. What it does is said by the model that is asked: `steady` answers at once, `half` stops in the
// middle and waits, `cut` hangs up there, `broken` never answers; and by the key: one is limited, and keys can be revoked. What is left of
// the money is said by the path: much at /router, little at /thin, next to nothing at /dry.

import { readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

export const MODELS = {
  steady: "llama-3.3-70b",
  half: "qwen3-32b",
  broken: "mistral-small",
} as const;
/** For chains: it answers half, then the line is dead. */
export const CUT = "gemma-3-27b";
/** What a key makes of a call. */
export const KEYS = {
  good: "sk-of-the-tests",
  limited: "sk-limited-for-a-while",
  revocable: "sk-of-somebody-who-left",
} as const;

const RICH = readFileSync(join(import.meta.dirname, "../../tests/src/fake_llm/rich.md"), "utf8");
const BRIEF = RICH.slice(0, RICH.indexOf("Three things")).trimEnd();
const SHORT =
  "Yes. Every answer is stored as a *run* before it begins, so it goes on when you close the page.";
/** In the middle of the code, with the table above it. */
const HALF_AT = RICH.indexOf("match run(") + 24;

export interface Upstream {
  url: string;
  /** From now on nobody knows this key. */
  revoke: (key: string) => void;
  stop: () => void;
}

export function providerSettings(url: string): Record<string, string> {
  return {
    OBROL_PROVIDER_FAKE_KIND: "openai",
    OBROL_PROVIDER_FAKE_BASE_URL: url,
    OBROL_PROVIDER_FAKE_API_KEY: KEYS.good,
    OBROL_PROVIDER_FAKE_MODELS: Object.values(MODELS).join(","),
  };
}

export async function startUpstream(): Promise<Upstream> {
  const revoked = new Set<string>();
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      const { url = "", headers } = request;
      const key = headers.authorization?.replace("Bearer ", "") ?? "";
      if (!turnedAway(key, revoked, response) && !list(url, response)) answer(body, response);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    revoke: (key) => revoked.add(key),
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** By its key. Lists are told to a limited one, so that a provider can be connected with it. */
function turnedAway(key: string, revoked: Set<string>, response: ServerResponse): boolean {
  const say = (status: number, headers: Record<string, string>, message: string) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify({ error: { message, type: "made_to_fail" } }));
    return true;
  };
  if (revoked.has(key)) return say(401, {}, "this key is not known");
  const limited = key === KEYS.limited && response.req.method === "POST";
  return limited && say(429, { "retry-after": "3000" }, "too many requests");
}

/** What was used, by path; a key may use 25 dollars. */
const USED = { router: 3.4, thin: 20.65, dry: 24.58 } as const;

/** Lists of models as OpenAI and OpenRouter write them, and what is left of the money. */
function list(url: string, response: ServerResponse): boolean {
  const say = (body: object) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
    return true;
  };
  const used = Object.entries(USED).find(([name]) => url.startsWith(`/${name}/`))?.[1];
  if (url.endsWith("/key"))
    return say({ data: { limit: 25, usage: used ?? 0, limit_remaining: 25 - (used ?? 0) } });
  if (!url.endsWith("/models")) return false;
  if (used === undefined)
    return say({
      object: "list",
      data: [...Object.values(MODELS), CUT].map((id) => ({
        id,
        object: "model",
        owned_by: "tests",
      })),
    });
  return say({
    data: ROUTED.map(([id, name, window, input, output]) => ({
      id,
      name,
      context_length: window,
      architecture: { input_modalities: ["text", "image"], output_modalities: ["text"] },
      supported_parameters: ["tools", "response_format", "reasoning"],
      pricing: { prompt: input, completion: output },
    })),
  });
}

const ROUTED = [
  [
    "meta-llama/llama-3.3-70b-instruct",
    "Meta: Llama 3.3 70B Instruct",
    131_072,
    "0.00000012",
    "0.0000003",
  ],
  ["qwen/qwen3-32b", "Qwen: Qwen3 32B", 40_960, "0.0000001", "0.0000003"],
  [
    "mistralai/mistral-small-3.2-24b-instruct",
    "Mistral: Mistral Small 3.2 24B",
    128_000,
    "0.00000005",
    "0.0000001",
  ],
  ["anthropic/claude-sonnet-4", "Anthropic: Claude Sonnet 4", 1_000_000, "0.000003", "0.000015"],
  [
    "nousresearch/hermes-4-llama-3.1-405b-instruct-extended-context-preview-2026-02-28-awq",
    "Nous: Hermes 4 Llama 3.1 405B Instruct, extended context (preview of February 28, 2026)",
    131_072,
    "0.0000008",
    "0.0000024",
  ],
] as const;

function answer(body: string, response: ServerResponse): void {
  const asked = body === "" ? {} : JSON.parse(body);
  if (asked.model === MODELS.broken) {
    response.writeHead(500, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { message: "made to fail", type: "server_error" } }));
    return;
  }
  const messages: { role: string; content: unknown }[] = asked.messages ?? [];
  const last = messages.at(-1);
  const begun = last?.role === "assistant" ? String(last.content) : "";
  const question = JSON.stringify(messages.findLast((one) => one.role === "user")?.content ?? "");
  const whole = /brief/i.test(question)
    ? BRIEF
    : /queue/i.test(question) || asked.model === MODELS.half
      ? RICH
      : SHORT;
  // Who is given the beginning of an answer goes on from there.
  const text = whole.startsWith(begun) ? whole.slice(begun.length) : whole;
  const usage = { prompt_tokens: 24, completion_tokens: Math.ceil(text.length / 4) };
  if (asked.stream !== true) {
    response.writeHead(200, { "content-type": "application/json" });
    const message = { role: "assistant", content: text };
    response.end(
      JSON.stringify({ choices: [{ index: 0, message, finish_reason: "stop" }], usage }),
    );
    return;
  }
  response.writeHead(200, { "content-type": "text/event-stream" });
  const say = (delta: object, finish: string | null = null) =>
    response.write(
      `data: ${JSON.stringify({ object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`,
    );
  if (asked.model === MODELS.half) {
    say({ role: "assistant", content: text.slice(0, HALF_AT) });
    return;
  }
  if (asked.model === CUT) {
    const content = text.slice(0, Math.ceil(text.length / 2));
    say({ role: "assistant", content });
    // Later: what was said is read by then.
    setTimeout(() => response.destroy(), 800);
    return;
  }
  say({ role: "assistant", content: text });
  say({}, "stop");
  response.write(
    `data: ${JSON.stringify({ object: "chat.completion.chunk", choices: [], usage })}\n\n`,
  );
  response.end("data: [DONE]\n\n");
}
