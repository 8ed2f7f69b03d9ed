// A new conversation.
import { createFileRoute } from "@tanstack/react-router";
import { NewChat } from "@/features/chat/components/new-chat.tsx";

export const Route = createFileRoute("/_app/")({ component: NewChat });
