// Copies a message as it was written.
import { Check, Copy } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslations } from "use-intl";
import { IconButton } from "@/components/ui/icon-button.tsx";
import { toast } from "@/components/ui/toast-store.ts";
import { copyText } from "@/lib/markdown/copy-text.ts";

const COPIED_MS = 2_000;

export function CopyButton({ text }: { text: string }) {
  const t = useTranslations("chat.message");
  const [copied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const Icon = copied ? Check : Copy;
  return (
    <IconButton
      label={copied ? t("copied") : t("copy")}
      size="sm"
      onClick={async () => {
        if (!(await copyText(text))) {
          toast(t("copyFailed"), { tone: "danger" });
          return;
        }
        setCopied(true);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => setCopied(false), COPIED_MS);
      }}
    >
      <Icon className="size-4" aria-hidden="true" />
    </IconButton>
  );
}
