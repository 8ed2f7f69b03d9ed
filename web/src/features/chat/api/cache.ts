// Brings the query cache into step with what the event stream tells and what requests answer.
import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import type { ServerEvent } from "@/lib/api/events.ts";
import type { Conversation, Message, Page, Posted } from "@/lib/api/types.ts";
import { chatKeys, type ListFilter } from "./keys.ts";

type Pages<T> = InfiniteData<Page<T>, string | null>;

/** A request that is under way may have been answered before the event: what it brings would be old. */
function askAgainIfAsking(client: QueryClient, queryKey: readonly unknown[]): void {
  if (client.isFetching({ queryKey, exact: true }) === 0) return;
  const query = client.getQueryCache().find({ queryKey, exact: true });
  const again = () => client.invalidateQueries({ queryKey, exact: true });
  // A first request is not started over by the cache, so it is waited for.
  if (query?.state.data === undefined) void query?.promise?.then(again, () => undefined);
  else void again();
}

export function storeMessages(
  client: QueryClient,
  conversationId: string,
  messages: readonly Message[],
): void {
  const queryKey = chatKeys.messages(conversationId);
  client.setQueryData<Pages<Message>>(queryKey, (data) => {
    if (data === undefined) return data;
    const fresh = new Map(messages.map((one) => [one.id, one]));
    const pages = data.pages.map((page) => {
      if (!page.items.some((one) => fresh.has(one.id))) return page;
      const items = page.items.map((one) => {
        const next = fresh.get(one.id);
        fresh.delete(one.id);
        // What has ended does not go on: an older word came late.
        return next === undefined || (one.status !== "streaming" && next.status === "streaming")
          ? one
          : next;
      });
      return { ...page, items };
    });
    const [first, ...rest] = pages;
    if (first === undefined || fresh.size === 0) return { ...data, pages };
    return { ...data, pages: [{ ...first, items: [...fresh.values(), ...first.items] }, ...rest] };
  });
  askAgainIfAsking(client, queryKey);
}

export function storeConversation(client: QueryClient, conversation: Conversation): void {
  const known = client.getQueryData<Conversation>(chatKeys.conversation(conversation.id));
  if (known !== undefined && known.version > conversation.version) return;
  client.setQueryData(chatKeys.conversation(conversation.id), conversation);
  for (const [queryKey, data] of client.getQueriesData<Pages<Conversation>>({
    queryKey: chatKeys.lists,
  })) {
    const filter = queryKey[2] as ListFilter;
    const fits = filter.archived === conversation.archived;
    const listed =
      data?.pages.some((page) => page.items.some((one) => one.id === conversation.id)) ?? false;
    // Whether a title matches a search is the server's to say.
    if (filter.q !== "" && fits && !listed) {
      void client.invalidateQueries({ queryKey });
      continue;
    }
    client.setQueryData<Pages<Conversation>>(queryKey, (pages) =>
      placed(pages, conversation, fits),
    );
    askAgainIfAsking(client, queryKey);
  }
}

/** The list is ordered by last activity; the place is found anew with every change. */
function placed(
  data: Pages<Conversation> | undefined,
  one: Conversation,
  fits: boolean,
): Pages<Conversation> | undefined {
  if (data === undefined) return data;
  const pages = data.pages.map((page) => ({
    ...page,
    items: page.items.filter((other) => other.id !== one.id),
  }));
  if (fits) {
    for (const [index, page] of pages.entries()) {
      const at = page.items.findIndex((other) => other.updated_at <= one.updated_at);
      const last = index === pages.length - 1;
      if (at === -1 && !last) continue;
      // Behind everything that is loaded, and more is to come: it will be found there.
      if (at === -1 && page.next_cursor) break;
      page.items.splice(at === -1 ? page.items.length : at, 0, one);
      break;
    }
  }
  return { ...data, pages };
}

export function forgetConversation(client: QueryClient, id: string): void {
  for (const [queryKey] of client.getQueriesData<Pages<Conversation>>({
    queryKey: chatKeys.lists,
  })) {
    client.setQueryData<Pages<Conversation>>(queryKey, (data) =>
      data === undefined
        ? data
        : {
            ...data,
            pages: data.pages.map((page) => ({
              ...page,
              items: page.items.filter((one) => one.id !== id),
            })),
          },
    );
    askAgainIfAsking(client, queryKey);
  }
  // Whoever looks at it right now asks, and is told that it is gone.
  void client.invalidateQueries({ queryKey: chatKeys.conversation(id) });
}

/** After a question was accepted: question, answer and the new end of the conversation appear together. */
export function storePosted(client: QueryClient, posted: Posted): void {
  const id = posted.message.conversation_id;
  storeMessages(client, id, [posted.message, posted.answer]);
  client.setQueryData<Conversation>(chatKeys.conversation(id), (known) =>
    known === undefined ? known : { ...known, head_message_id: posted.answer.id },
  );
}

/** Something was missed: everything on the screen is asked for again. */
export function refetchChat(client: QueryClient): void {
  void client.invalidateQueries({
    queryKey: ["chat"],
    predicate: (query) => query.queryKey[1] !== "models",
  });
}

export function applyEvent(client: QueryClient, event: ServerEvent): void {
  switch (event.type) {
    case "message.created":
      storeMessages(client, event.conversation_id, [event.message]);
      break;
    case "run.succeeded":
    case "run.failed":
    case "run.cancelled":
      if (event.message !== undefined) {
        const problem = event.type === "run.failed" ? (event.problem ?? event.message.error) : null;
        const message = problem ? { ...event.message, error: problem } : event.message;
        storeMessages(client, message.conversation_id, [message]);
      }
      break;
    case "conversation.created":
    case "conversation.updated":
      storeConversation(client, event.conversation);
      break;
    case "conversation.deleted":
      forgetConversation(client, event.conversation_id);
      break;
    case "sync.required":
      refetchChat(client);
      break;
    case "stream.ready":
      if (event.resumed === false) refetchChat(client);
      break;
    default:
      break;
  }
}
