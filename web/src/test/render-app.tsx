// Renders a component as the app would: language, query cache, router.
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { type RenderResult, render, screen } from "@testing-library/react";
import userEvent, { type UserEvent } from "@testing-library/user-event";
import type { ReactNode } from "react";
import { Toasts } from "@/components/ui/toasts.tsx";
import { loadLlmMessages } from "@/lib/i18n/llm-texts.tsx";
import { type Locale, loadMessages } from "@/lib/i18n/locale.ts";
import { I18nProvider } from "@/lib/i18n/provider.tsx";

export interface Rendered extends RenderResult {
  user: UserEvent;
}

export async function renderApp(ui: ReactNode, locale: Locale = "en"): Promise<Rendered> {
  document.documentElement.lang = locale;
  const messages = { ...(await loadMessages(locale)), ...(await loadLlmMessages(locale)) };
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const rootRoute = createRootRoute({
    component: () => <div data-testid="app">{ui}</div>,
    notFoundComponent: () => null,
  });
  const router = createRouter({ routeTree: rootRoute, history: createMemoryHistory() });
  const result = render(
    <I18nProvider initialLocale={locale} initialMessages={messages} timeZone="Asia/Jakarta">
      <QueryClientProvider client={client}>
        {/* The test's own router has other routes than the app's, which is the type that is registered. */}
        <RouterProvider router={router as never} />
        <Toasts />
      </QueryClientProvider>
    </I18nProvider>,
  );
  await screen.findByTestId("app");
  return { ...result, user: userEvent.setup() };
}
