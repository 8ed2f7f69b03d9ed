// The chat: a new conversation, or one that there is.
import { NewChat } from "./new-chat.tsx";
import { ThreadView } from "./thread-view.tsx";

export function ChatPage({ conversationId }: { conversationId: string | null }) {
  return conversationId === null ? (
    <NewChat />
  ) : (
    <ThreadView key={conversationId} conversationId={conversationId} />
  );
}
