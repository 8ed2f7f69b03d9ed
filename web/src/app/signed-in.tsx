// Everything that holds while somebody is signed in: the event stream, their language, and what happens when the session ends.
import { useQueryClient } from "@tanstack/react-query";
import { Outlet, useNavigate, useRouter } from "@tanstack/react-router";
import { useEffect } from "react";
import { startLive } from "@/features/chat/api/live.ts";
import { useKeyNews } from "@/features/settings/use-key-news.ts";
import { useLocaleChoice } from "@/lib/i18n/provider.tsx";
import { localPath } from "@/lib/net/local-path.ts";
import { useSession } from "@/lib/session/use-session.ts";
import { Shell } from "./shell.tsx";

export function SignedIn() {
  const session = useSession();
  const client = useQueryClient();
  const navigate = useNavigate();
  const router = useRouter();
  const { setLocale } = useLocaleChoice();
  const user = session.user;
  const userId = user?.id;
  const wished = user?.locale;
  const onKeys = useKeyNews();

  useEffect(() => {
    if (userId === undefined) return;
    const stop = startLive(client, onKeys);
    return () => {
      stop();
      // Nothing of one person may be seen by the next one at the same browser.
      client.clear();
    };
  }, [userId, client, onKeys]);

  useEffect(() => {
    // The page of a conversation comes with Markdown and more: fetched when idle, before the first question is sent.
    const timer = setTimeout(() => {
      const route = router.routesById["/_app/c/$conversationId"];
      router.loadRouteChunk(route)?.catch(() => {});
    }, 1_500);
    return () => clearTimeout(timer);
  }, [router]);

  useEffect(() => {
    // The account's language follows its owner to every device.
    if (wished) setLocale(wished).catch(() => {});
  }, [wished, setLocale]);

  useEffect(() => {
    if (session.status !== "signed-out") return;
    const to = localPath(router.state.location.href);
    const expired = session.reason !== undefined;
    void navigate({
      to: "/login",
      search: expired ? { ...(to === "/" ? {} : { to }), reason: "expired" } : { reason: "out" },
      replace: true,
    });
  }, [session, navigate, router]);

  if (user === null) return null;
  return (
    <Shell key={user.id} user={user}>
      <Outlet />
    </Shell>
  );
}
