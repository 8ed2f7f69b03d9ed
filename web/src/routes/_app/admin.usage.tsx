import { createFileRoute } from "@tanstack/react-router";
import { useUrlState } from "@/components/desk/use-url-state.ts";
import { UsagePage } from "@/features/insights/components/usage-page.tsx";
import { usageSearch } from "@/features/insights/range.ts";

export const Route = createFileRoute("/_app/admin/usage")({ component: Usage });

function Usage() {
  const [search, setSearch] = useUrlState();
  return <UsagePage search={usageSearch(search)} onSearch={(next) => setSearch(next, true)} />;
}
