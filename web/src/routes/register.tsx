import { useQuery } from "@tanstack/react-query";
import { createFileRoute, useRouter } from "@tanstack/react-router";
import { visitorSearch } from "@/app/search.ts";
import { requireVisitor } from "@/app/session.ts";
import { setupQuery } from "@/features/auth/api/setup.ts";
import { RegisterPage } from "@/features/auth/components/register-page.tsx";
import { localPath } from "@/lib/net/local-path.ts";

export const Route = createFileRoute("/register")({
  validateSearch: visitorSearch,
  beforeLoad: ({ context, search }) => requireVisitor(context.queryClient, "register", search.to),
  component: Register,
});

function Register() {
  const { to } = Route.useSearch();
  const router = useRouter();
  const setup = useQuery(setupQuery);
  return (
    <RegisterPage
      registrationOpen={setup.data?.registration === "open"}
      to={to}
      onDone={() => router.history.replace(localPath(to))}
    />
  );
}
