// Messages and the runs behind the answers.
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api } from "@/lib/api/client.ts";
import { ApiProblem, dataOf, localProblem } from "@/lib/api/problem.ts";
import type { Posted, Run } from "@/lib/api/types.ts";
import { chatKeys } from "./keys.ts";

const PAGE = 100;

/** All branches, newest first. */
export function messagesQuery(conversationId: string) {
  return infiniteQueryOptions({
    queryKey: chatKeys.messages(conversationId),
    queryFn: ({ pageParam, signal }) =>
      dataOf(
        api.GET("/api/v1/conversations/{id}/messages", {
          params: {
            path: { id: conversationId },
            query: { limit: PAGE, ...(pageParam === null ? {} : { cursor: pageParam }) },
          },
          signal,
        }),
      ),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    retry: (count, error) => count < 2 && error instanceof ApiProblem && error.isPassing,
  });
}

/** With `Accept: application/json` the answer is never the run's own stream, which the specification offers too. */
async function accepted(
  call: Promise<{ data?: Posted | string; error?: unknown; response: Response }>,
): Promise<Posted> {
  const data = await dataOf(call);
  if (typeof data === "string") throw new ApiProblem(localProblem("client.unexpected"));
  return data;
}

export interface Outgoing {
  clientMessageId: string;
  conversationId: string;
  text: string;
  model: string | null;
  /** Left out: after the newest message. Null: a new beginning. */
  parentId?: string | null;
}

export function postMessage(one: Outgoing): Promise<Posted> {
  return accepted(
    api.POST("/api/v1/conversations/{id}/messages", {
      params: { path: { id: one.conversationId } },
      body: {
        client_message_id: one.clientMessageId,
        content: [{ type: "text", text: one.text }],
        ...(one.model === null ? {} : { model: one.model }),
        ...(one.parentId === undefined ? {} : { parent_id: one.parentId }),
      },
    }),
  );
}

export function regenerate(wish: {
  conversationId: string;
  answerId: string;
  clientMessageId: string;
  model: string | null;
}): Promise<Posted> {
  return accepted(
    api.POST("/api/v1/conversations/{id}/messages/{message_id}/regenerate", {
      params: { path: { id: wish.conversationId, message_id: wish.answerId } },
      body: {
        client_message_id: wish.clientMessageId,
        ...(wish.model === null ? {} : { model: wish.model }),
      },
    }),
  );
}

export function getRun(id: string, signal?: AbortSignal): Promise<Run> {
  return dataOf(
    api.GET("/api/v1/runs/{id}", { params: { path: { id } }, ...(signal ? { signal } : {}) }),
  );
}

/** Stopping twice, or what has ended, is fine. */
export function cancelRun(id: string): Promise<Run> {
  return dataOf(api.POST("/api/v1/runs/{id}/cancel", { params: { path: { id } } }));
}

export function isRunOver(run: Run): boolean {
  return run.status !== "queued" && run.status !== "running";
}

const WATCH_MS = 4_000;

/** Asked while an answer has not begun to speak: how many wait before it, and whether it ended unheard. */
export function runQuery(id: string) {
  return queryOptions({
    queryKey: chatKeys.run(id),
    queryFn: ({ signal }) => getRun(id, signal),
    staleTime: 0,
    refetchInterval: (query) =>
      query.state.data !== undefined && isRunOver(query.state.data) ? false : WATCH_MS,
  });
}
