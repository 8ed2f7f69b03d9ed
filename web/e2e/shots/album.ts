// Where the pictures go, and what is wrong with what they show.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";

export const OUT = process.argv[2] ?? join(tmpdir(), "obrol-shots");
const ONLY = process.argv.slice(3);

export interface Look {
  name: string;
  phone: boolean;
  dark: boolean;
  locale: "en" | "id" | "ja";
}

export const faults: string[] = [];

export class Album {
  readonly #look: Look;
  readonly page: Page;
  constructor(look: Look, page: Page) {
    this.#look = look;
    this.page = page;
  }

  get phone(): boolean {
    return this.#look.phone;
  }

  async take(name: string, prepare: () => Promise<unknown>): Promise<void> {
    if (ONLY.length > 0 && !ONLY.some((one) => name.includes(one))) return;
    try {
      await prepare();
      await this.page.waitForTimeout(350);
      await this.page.screenshot({ path: join(OUT, this.#look.name, `${name}.png`) });
      const wide = await this.page.evaluate(
        () => document.documentElement.scrollWidth - innerWidth,
      );
      if (wide > 0) this.#note(name, `${wide} px too wide`);
      const { violations } = await new AxeBuilder({ page: this.page }).analyze();
      for (const one of violations)
        this.#note(name, `${one.id} ${one.nodes.map((node) => node.target).join(", ")}`);
    } catch (error) {
      this.#note(name, String(error).split("\n").slice(0, 2).join(" "));
    }
  }

  #note(name: string, what: string): void {
    const fault = `${this.#look.name}/${name}: ${what}`;
    console.error(fault);
    faults.push(fault);
  }

  async openSide(): Promise<void> {
    const opener = this.page.locator("header button:has(svg)").first();
    if (this.phone && !(await this.page.locator("dialog[open]").count())) await opener.click();
  }
}
