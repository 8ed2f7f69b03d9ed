// Search parameters of the sign-in pages. Plain functions: a schema library would land in the first load.
import { localPath } from "@/lib/net/local-path.ts";

export interface VisitorSearch {
  to?: string;
  reason?: "expired" | "out";
}

export function visitorSearch(search: Record<string, unknown>): VisitorSearch {
  const found: VisitorSearch = {};
  const to = localPath(search.to);
  if (to !== "/") found.to = to;
  const reason = search.reason;
  if (reason === "expired" || reason === "out") found.reason = reason;
  return found;
}
