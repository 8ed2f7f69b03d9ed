// Names of what the query cache holds for the chat.
export interface ListFilter {
  q: string;
  archived: boolean;
}

export const chatKeys = {
  lists: ["chat", "conversations"] as const,
  list: (filter: ListFilter) => ["chat", "conversations", filter] as const,
  conversation: (id: string) => ["chat", "conversation", id] as const,
  messages: (id: string) => ["chat", "messages", id] as const,
  run: (id: string) => ["chat", "run", id] as const,
  models: ["chat", "models"] as const,
};
