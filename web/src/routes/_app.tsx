// Everything behind the door.
import { createFileRoute } from "@tanstack/react-router";
import { requireSession } from "@/app/session.ts";
import { SignedIn } from "@/app/signed-in.tsx";

export const Route = createFileRoute("/_app")({
  beforeLoad: ({ context, location }) => requireSession(context.queryClient, location.href),
  component: SignedIn,
});
