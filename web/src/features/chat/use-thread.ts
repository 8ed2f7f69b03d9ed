// One conversation as it is read: its path, its branches, what is on its way.
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef } from "react";
import type { Conversation } from "@/lib/api/types.ts";
import { changeConversation, conversationQuery } from "./api/conversations.ts";
import { chatKeys } from "./api/keys.ts";
import { messagesQuery } from "./api/messages.ts";
import { leafBelow, pathThrough, treeOf } from "./tree.ts";

export function useThread(conversationId: string) {
  const client = useQueryClient();
  const conversation = useQuery(conversationQuery(conversationId));
  const messages = useInfiniteQuery(messagesQuery(conversationId));
  const { data, hasNextPage, isFetchingNextPage, fetchNextPage } = messages;

  const tree = useMemo(() => treeOf((data?.pages ?? []).flatMap((page) => page.items)), [data]);
  const head = conversation.data?.head_message_id ?? null;
  const path = useMemo(() => pathThrough(tree, head), [tree, head]);

  const loadOlder = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);

  // The branch that was read last may end in a page that is not loaded yet.
  const headMissing = head !== null && data !== undefined && !tree.byId.has(head);
  useEffect(() => {
    if (headMissing) loadOlder();
  }, [headMissing, loadOlder]);

  const switching = useRef(0);
  const chooseBranch = useCallback(
    async (messageId: string) => {
      const leaf = leafBelow(tree, messageId);
      switching.current += 1;
      client.setQueryData<Conversation>(chatKeys.conversation(conversationId), (known) =>
        known === undefined ? known : { ...known, head_message_id: leaf },
      );
      try {
        await changeConversation(client, conversationId, { head_message_id: leaf });
      } finally {
        switching.current -= 1;
      }
    },
    [client, conversationId, tree],
  );

  /** While the server may not know of the new branch yet, a question says itself where it belongs. */
  const leaf = path.leaf;
  const parentIfSwitching = useCallback(
    () => (switching.current > 0 && leaf !== null ? { parentId: leaf } : {}),
    [leaf],
  );

  return {
    parentIfSwitching,
    conversation: conversation.data ?? null,
    error: conversation.error ?? messages.error,
    retry: () => {
      void conversation.refetch();
      void messages.refetch();
    },
    pending: conversation.isPending || messages.isPending,
    tree,
    path,
    hasOlder: path.cut && hasNextPage,
    loadingOlder: isFetchingNextPage,
    loadOlder,
    chooseBranch,
  };
}

export type Thread = ReturnType<typeof useThread>;
