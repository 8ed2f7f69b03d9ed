// One conversation.
import { createFileRoute } from "@tanstack/react-router";
import { ThreadView } from "@/features/chat/components/thread-view.tsx";

export const Route = createFileRoute("/_app/c/$conversationId")({ component: Conversation });

function Conversation() {
  const { conversationId } = Route.useParams();
  // Keyed: nothing of one conversation may stay on the page of the next.
  return <ThreadView key={conversationId} conversationId={conversationId} />;
}
