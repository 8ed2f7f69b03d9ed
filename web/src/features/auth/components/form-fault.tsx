// What went wrong with the whole form; an alert, so that it is read at once.
import { Alert } from "@/components/ui/alert.tsx";

export function FormFault({ text }: { text: string | null }) {
  return text ? <Alert tone="danger">{text}</Alert> : null;
}
