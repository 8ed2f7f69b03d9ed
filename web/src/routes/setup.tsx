import { useQueryClient } from "@tanstack/react-query";
import { createFileRoute, useRouter } from "@tanstack/react-router";
import { requireVisitor } from "@/app/session.ts";
import { setupQuery } from "@/features/auth/api/setup.ts";
import { SetupPage } from "@/features/auth/components/setup-page.tsx";

export const Route = createFileRoute("/setup")({
  beforeLoad: ({ context }) => requireVisitor(context.queryClient, "setup", undefined),
  component: Setup,
});

function Setup() {
  const router = useRouter();
  const client = useQueryClient();
  return (
    <SetupPage
      onDone={() => {
        client.removeQueries({ queryKey: setupQuery.queryKey });
        router.history.replace("/");
      }}
    />
  );
}
