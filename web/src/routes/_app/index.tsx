// A new conversation.
import { createFileRoute } from "@tanstack/react-router";
import { ChatPage } from "@/features/chat/components/chat-page.tsx";

export const Route = createFileRoute("/_app/")({ component: NewChat });

function NewChat() {
  return <ChatPage conversationId={null} />;
}
