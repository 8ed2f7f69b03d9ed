// Copies a message as it was written.
import { Check, Copy } from "lucide-react";
import { useTranslations } from "use-intl";
import { IconButton } from "@/components/ui/icon-button.tsx";
import { toast } from "@/components/ui/toast-store.ts";
import { useCopy } from "@/lib/clipboard/use-copy.ts";

export function CopyButton({ text }: { text: string }) {
  const t = useTranslations("chat.message");
  const { copied, copy } = useCopy(text, () => toast(t("copyFailed"), { tone: "danger" }));
  const Icon = copied ? Check : Copy;
  return (
    <IconButton label={copied ? t("copied") : t("copy")} size="sm" onClick={copy}>
      <Icon className="size-4" aria-hidden="true" />
    </IconButton>
  );
}
