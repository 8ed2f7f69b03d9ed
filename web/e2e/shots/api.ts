// What the pictures show, made through the API as a second device would.
import { ADMIN, PASSWORD } from "../own-server.ts";

const TITLES = [
  "Menu for a small wedding in Ubud",
  "Why does my sourdough not rise?",
  "Letter to the landlord about the broken water heater and the promised repair in March",
  "Postgres index on a JSON column",
  "東京でのラーメン屋めぐり",
  "Resep rendang untuk dua puluh orang",
  "Explain photosynthesis to a ten-year-old",
  "Rust lifetimes, once and for all",
  "Packing list for Kyoto in November",
  "Names for a bakery",
  "Translate a rental contract",
  "Sales of last month",
  "Bash: rename many files",
  "A speech for my sister's graduation",
  "Budget for the new kitchen",
  "Compare three electric scooters",
  "Learning plan for Japanese N4",
  "Draft: terms of service",
];

export class Device {
  readonly #url: string;
  readonly #token: string;
  #key: Promise<string> | undefined;

  private constructor(url: string, token: string) {
    this.#url = url;
    this.#token = token;
  }

  static async of(url: string): Promise<Device> {
    const answer = await fetch(`${url}/api/v1/auth/login`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Origin: url,
        "User-Agent":
          "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0",
      },
      body: JSON.stringify({ email: ADMIN, password: PASSWORD, token_delivery: "body" }),
    });
    return new Device(url, ((await answer.json()) as { access_token: string }).access_token);
  }

  async call<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers = {},
  ): Promise<T> {
    const answer = await fetch(`${this.#url}/api/v1${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${this.#token}`,
        "Content-Type": "application/json",
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return (text === "" ? {} : JSON.parse(text)) as T;
  }

  /** A conversation with this model and title; returns its id. */
  async conversation(model: string | null, title?: string): Promise<string> {
    const made = await this.call<{ id: string }>(
      "POST",
      "/conversations",
      model === null ? {} : { model },
      {
        "Idempotency-Key": crypto.randomUUID(),
      },
    );
    if (title !== undefined) await this.change(made.id, { title });
    return made.id;
  }

  async change(id: string, what: object): Promise<void> {
    const seen = await this.call<{ version: number }>("GET", `/conversations/${id}`);
    await this.call("PATCH", `/conversations/${id}`, what, { "If-Match": `"v${seen.version}"` });
  }

  async ask(id: string, text: string): Promise<string> {
    const posted = await this.call<{ run: { id: string } }>(
      "POST",
      `/conversations/${id}/messages`,
      {
        content: [{ type: "text", text }],
      },
    );
    return posted.run.id;
  }

  async settled(run: string): Promise<void> {
    for (let tries = 0; tries < 600; tries += 1) {
      const { status } = await this.call<{ status: string }>("GET", `/runs/${run}`);
      if (!["queued", "running"].includes(status)) return;
      await new Promise((done) => setTimeout(done, 100));
    }
    throw new Error(`run ${run} does not end`);
  }

  /** As a program asks, which waits for nobody's place in the queue; returns what it hears. */
  async program(model: string, text: string): Promise<string> {
    const scopes = ["chat"];
    this.#key ??= this.call<{ text: string }>("POST", "/me/api-keys", {
      name: "Dashboard in the hall",
      scopes,
      password: PASSWORD,
    }).then(({ text }) => text);
    const answer = await fetch(`${this.#url}/v1/chat/completions`, {
      method: "POST",
      headers: { Authorization: `Bearer ${await this.#key}`, "Content-Type": "application/json" },
      body: JSON.stringify({ model, messages: [{ role: "user", content: text }] }),
    });
    const said = await answer.text();
    if ([401, 403].includes(answer.status)) throw new Error(`a program may not ask: ${said}`);
    return said;
  }

  cancel(run: string): Promise<unknown> {
    return this.call("POST", `/runs/${run}/cancel`);
  }

  async fill(): Promise<void> {
    for (const title of [...TITLES].reverse()) await this.conversation(null, title);
  }
}
