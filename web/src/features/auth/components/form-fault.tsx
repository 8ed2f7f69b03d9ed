// What went wrong with the whole form; focus moves here so that it is read at once.
import { Alert } from "@/components/ui/alert.tsx";

export function FormFault({ text }: { text: string | undefined }) {
  return text ? <Alert tone="danger">{text}</Alert> : null;
}
