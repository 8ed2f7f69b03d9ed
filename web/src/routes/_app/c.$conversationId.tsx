// One conversation.
import { createFileRoute } from "@tanstack/react-router";
import { ChatPage } from "@/features/chat/components/chat-page.tsx";

export const Route = createFileRoute("/_app/c/$conversationId")({ component: Conversation });

function Conversation() {
  const { conversationId } = Route.useParams();
  return <ChatPage conversationId={conversationId} />;
}
