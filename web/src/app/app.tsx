// Everything around the routes: language, query cache, router.
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useState } from "react";
import type { AbstractIntlMessages } from "use-intl";
import type { Locale } from "@/lib/i18n/locale.ts";
import { I18nProvider } from "@/lib/i18n/provider.tsx";
import { makeQueryClient } from "./query-client.ts";
import { makeRouter } from "./router.ts";

export interface AppProps {
  locale: Locale;
  messages: AbstractIntlMessages;
}

export function App({ locale, messages }: AppProps) {
  const [queryClient] = useState(makeQueryClient);
  const [router] = useState(() => makeRouter(queryClient));
  return (
    <I18nProvider initialLocale={locale} initialMessages={messages}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </I18nProvider>
  );
}
