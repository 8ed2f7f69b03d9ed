// PLACEHOLDER by W1, for W2 to overwrite (see /work/plan/web-seam.md): routes "/" (null) and "/c/$conversationId".
import { TopBar } from "@/components/ui/top-bar.tsx";

export function ChatPage({ conversationId }: { conversationId: string | null }) {
  return (
    <TopBar>
      <h1>{conversationId ?? "new"}</h1>
    </TopBar>
  );
}
