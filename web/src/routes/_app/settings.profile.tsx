import { createFileRoute } from "@tanstack/react-router";
import { ProfilePage } from "@/features/settings/components/profile-page.tsx";
import { useUser } from "@/lib/session/use-session.ts";

export const Route = createFileRoute("/_app/settings/profile")({ component: Profile });

function Profile() {
  const user = useUser();
  return user ? <ProfilePage user={user} /> : null;
}
