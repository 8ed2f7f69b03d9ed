// Tells use-intl which languages exist and which keys and arguments the English catalog has.
import type messages from "@messages/en.json";
import type llm from "@messages/llm/en.json";
import type { Locale as ObrolLocale } from "./locale.ts";

declare module "use-intl" {
  interface AppConfig {
    Locale: ObrolLocale;
    Messages: typeof messages & typeof llm;
  }
}
