import { createFileRoute } from "@tanstack/react-router";
import { useTranslations } from "use-intl";

export const Route = createFileRoute("/")({ component: Home });

function Home() {
  const t = useTranslations("app");
  return <h1 className="text-accent-ink">{t("name")}</h1>;
}
