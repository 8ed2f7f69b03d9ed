import { useQuery } from "@tanstack/react-query";
import { createFileRoute, useRouter } from "@tanstack/react-router";
import { visitorSearch } from "@/app/search.ts";
import { requireVisitor } from "@/app/session.ts";
import { setupQuery } from "@/features/auth/api/setup.ts";
import { LoginPage } from "@/features/auth/components/login-page.tsx";
import { localPath } from "@/lib/net/local-path.ts";

export const Route = createFileRoute("/login")({
  validateSearch: visitorSearch,
  beforeLoad: ({ context, search }) => requireVisitor(context.queryClient, "login", search.to),
  component: Login,
});

function Login() {
  const { to, reason } = Route.useSearch();
  const router = useRouter();
  const setup = useQuery(setupQuery);
  return (
    <LoginPage
      reason={reason}
      registrationOpen={setup.data?.registration === "open"}
      to={to}
      onDone={() => router.history.replace(localPath(to))}
    />
  );
}
