// An upstream for servers of our own: `steady` models answer at once, `half` stop in the middle and wait, `broken` never answer.

import { readFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

export const MODELS = {
  steady: "llama-3.3-70b",
  half: "qwen3-32b",
  broken: "mistral-small",
} as const;

const RICH = readFileSync(join(import.meta.dirname, "../../tests/src/fake_llm/rich.md"), "utf8");
const BRIEF = RICH.slice(0, RICH.indexOf("Three things")).trimEnd();
const SHORT =
  "Yes. Every answer is stored as a *run* before it begins, so it goes on when you close the page.";
/** In the middle of the code, with the table above it. */
const HALF_AT = RICH.indexOf("match run(") + 24;

export interface Upstream {
  url: string;
  stop: () => void;
}

export function providerSettings(url: string): Record<string, string> {
  return {
    OBROL_PROVIDER_FAKE_KIND: "openai",
    OBROL_PROVIDER_FAKE_BASE_URL: url,
    OBROL_PROVIDER_FAKE_API_KEY: "sk-of-the-tests",
    OBROL_PROVIDER_FAKE_MODELS: Object.values(MODELS).join(","),
  };
}

export async function startUpstream(): Promise<Upstream> {
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (part) => {
      body += part;
    });
    request.on("end", () => {
      if (!list(request.url ?? "", response)) void answer(body, response);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Lists of models as OpenAI and OpenRouter write them, and what is left of the money. */
function list(url: string, response: ServerResponse): boolean {
  const say = (body: object) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
    return true;
  };
  if (url.endsWith("/credits")) return say({ data: { total_credits: 25, total_usage: 21.4 } });
  if (!url.endsWith("/models")) return false;
  if (!url.startsWith("/router"))
    return say({
      object: "list",
      data: Object.values(MODELS).map((id) => ({ id, object: "model", owned_by: "tests" })),
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
] as const;

async function answer(body: string, response: ServerResponse): Promise<void> {
  const asked = body === "" ? {} : JSON.parse(body);
  if (asked.model === MODELS.broken) {
    response.writeHead(500, { "content-type": "application/json" });
    response.end(JSON.stringify({ error: { message: "made to fail", type: "server_error" } }));
    return;
  }
  const question = JSON.stringify(asked.messages?.at(-1)?.content ?? "");
  const text = /brief/i.test(question)
    ? BRIEF
    : /queue/i.test(question) || asked.model === MODELS.half
      ? RICH
      : SHORT;
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
  say({ role: "assistant", content: text });
  say({}, "stop");
  response.write(
    `data: ${JSON.stringify({ object: "chat.completion.chunk", choices: [], usage })}\n\n`,
  );
  response.end("data: [DONE]\n\n");
}
