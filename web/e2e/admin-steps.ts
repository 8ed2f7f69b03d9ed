// What the operators' journeys have in common: an upstream of their own, and calls as a second device would make them.
import { type APIRequestContext, expect, type Page } from "@playwright/test";
import { tokenOf } from "./chat-steps.ts";

export class Desk {
  readonly #request: APIRequestContext;
  readonly #token: string;
  readonly #made: string[] = [];

  private constructor(request: APIRequestContext, token: string) {
    this.#request = request;
    this.#token = token;
  }

  static async of(request: APIRequestContext): Promise<Desk> {
    return new Desk(request, await tokenOf(request));
  }

  async call<T = Record<string, unknown>>(
    method: string,
    path: string,
    data?: unknown,
    headers: Record<string, string> = {},
  ): Promise<T> {
    const answer = await this.#request.fetch(`/api/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.#token}`, ...headers },
      ...(data === undefined ? {} : { data }),
    });
    const text = await answer.text();
    expect(answer.ok(), `${method} ${path}: ${answer.status()} ${text}`).toBe(true);
    return (text === "" ? {} : JSON.parse(text)) as T;
  }

  /** A provider with these keys, by their labels. */
  async provider(name: string, url: string, keys: Record<string, string> = {}): Promise<void> {
    const made = await this.call<{ provider: { id: string } }>("POST", "/admin/llm/providers", {
      name,
      kind: "compatible",
      base_url: url,
      private_network: true,
      credentials: Object.entries(keys).map(([label, secret]) => ({ label, secret, weight: 1 })),
    });
    this.#made.push(`providers/${made.provider.id}`);
  }

  async route(name: string, models: string[]): Promise<void> {
    const steps = models.map((model) => ({ model, may_continue: true }));
    const made = await this.call<{ id: string }>("POST", "/admin/llm/routes", { name, steps });
    this.#made.push(`routes/${made.id}`);
  }

  /** Other journeys ask the same server: none of them should meet a provider that is gone. */
  async tidy(): Promise<void> {
    for (const path of this.#made.splice(0).reverse())
      await this.call("DELETE", `/admin/llm/${path}`, undefined, { "If-Match": "*" });
  }

  /** No journey is to be stopped by the limit of another one. */
  async liftAll(): Promise<void> {
    const { items } = await this.call<{ items: { id: string }[] }>("GET", "/admin/llm/limits");
    for (const { id } of items) await this.call("DELETE", `/admin/llm/limits/${id}`);
  }

  /** Asks in a new conversation and waits for the end of the answer. */
  async ask(model: string, text: string): Promise<void> {
    const made = await this.call<{ id: string }>(
      "POST",
      "/conversations",
      { model },
      { "Idempotency-Key": crypto.randomUUID() },
    );
    const posted = await this.call<{ run: { id: string } }>(
      "POST",
      `/conversations/${made.id}/messages`,
      { content: [{ type: "text", text }] },
    );
    await expect
      .poll(async () => (await this.call(`GET`, `/runs/${posted.run.id}`)).status, {
        timeout: 30_000,
      })
      .not.toMatch(/queued|running/);
  }
}

let count = 0;

/** A name that no other test and no other run has. */
export function unique(word: string): string {
  count += 1;
  return `${word}-${Date.now().toString(36)}${count}`;
}

/** Chooses a section: beside the page on wide screens, in a list on phones. */
export async function section(page: Page, name: string): Promise<void> {
  const list = page.getByLabel("Section", { exact: true });
  const link = page
    .getByRole("navigation", { name: "Sections of administration" })
    .getByRole("link", { name });
  await expect(page.getByRole("heading", { level: 1, name: "Administration" })).toBeVisible();
  if (await list.isVisible()) await list.selectOption(name);
  else await link.click();
  await expect(page.getByRole("heading", { level: 2, name })).toBeVisible();
}
