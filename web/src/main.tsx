// Starts the page: language first, then the router; nothing else.
import "./styles/app.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/app.tsx";
import { loadMessages, preferredLocale } from "./lib/i18n/locale.ts";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

const locale = preferredLocale();
const messages = await loadMessages(locale);

createRoot(root).render(
  <StrictMode>
    <App locale={locale} messages={messages} />
  </StrictMode>,
);
