// Conversations: listing, reading, changing.
import { infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/react-query";
import { api } from "@/lib/api/client.ts";
import { ApiProblem, dataOf } from "@/lib/api/problem.ts";
import type { Conversation } from "@/lib/api/types.ts";
import { forgetConversation, storeConversation } from "./cache.ts";
import { chatKeys, type ListFilter } from "./keys.ts";

const PAGE = 40;

export function conversationsQuery(filter: ListFilter) {
  return infiniteQueryOptions({
    queryKey: chatKeys.list(filter),
    queryFn: ({ pageParam, signal }) =>
      dataOf(
        api.GET("/api/v1/conversations", {
          params: {
            query: {
              limit: PAGE,
              ...(filter.q === "" ? {} : { q: filter.q }),
              ...(filter.archived ? { archived: true } : {}),
              ...(pageParam === null ? {} : { cursor: pageParam }),
            },
          },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
  });
}

export function conversationQuery(id: string) {
  return queryOptions({
    queryKey: chatKeys.conversation(id),
    queryFn: ({ signal }) =>
      dataOf(api.GET("/api/v1/conversations/{id}", { params: { path: { id } }, signal })),
    retry: (count, error) => count < 2 && error instanceof ApiProblem && error.isPassing,
  });
}

export interface ConversationChange {
  title?: string;
  model?: string;
  archived?: boolean;
  head_message_id?: string;
}

/** Of two devices the later one wins: each change names one thing, so the newest version is read and the wish repeated. */
export async function changeConversation(
  client: QueryClient,
  id: string,
  change: ConversationChange,
): Promise<Conversation> {
  const known = client.getQueryData<Conversation>(chatKeys.conversation(id));
  const read = () => client.fetchQuery({ ...conversationQuery(id), staleTime: 0 });
  const patch = (seen: Conversation) =>
    dataOf(
      api.PATCH("/api/v1/conversations/{id}", {
        params: { path: { id }, header: { "If-Match": `"v${seen.version}"` } },
        body: change,
      }),
    );
  let seen = known ?? (await read());
  for (let tries = 1; ; tries += 1) {
    try {
      const changed = await patch(seen);
      storeConversation(client, changed);
      return changed;
    } catch (error) {
      const stale = error instanceof ApiProblem && (error.status === 412 || error.status === 428);
      if (!stale || tries >= 4) throw error;
      seen = await read();
    }
  }
}

export async function createConversation(
  client: QueryClient,
  wish: { model: string | null; key: string },
): Promise<Conversation> {
  const made = await dataOf(
    api.POST("/api/v1/conversations", {
      params: { header: { "Idempotency-Key": wish.key } },
      body: wish.model === null ? {} : { model: wish.model },
    }),
  );
  storeConversation(client, made);
  return made;
}

export async function deleteConversation(client: QueryClient, id: string): Promise<void> {
  try {
    await dataOf(api.DELETE("/api/v1/conversations/{id}", { params: { path: { id } } }));
  } catch (error) {
    // Deleted on another device meanwhile: that is what was wanted.
    if (!(error instanceof ApiProblem && error.status === 404)) throw error;
  }
  forgetConversation(client, id);
}
