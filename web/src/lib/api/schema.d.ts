// The HTTP API in openapi-typescript's shape. Replaced by `pnpm run gen:api` from ../openapi/openapi.json.
export interface components {
  schemas: {
    User: {
      id: string;
      email: string;
      display_name: string;
      role: "admin" | "manager" | "member";
      locale?: "en" | "id" | "ja" | null;
      created_at: string;
    };
    AuthAnswer: {
      user: components["schemas"]["User"];
      access_token: string;
      token_type: string;
      expires_in: number;
      refresh_token?: string | null;
      refresh_expires_in?: number | null;
    };
    Session: {
      id: string;
      created_at: string;
      last_seen_at: string;
      expires_at: string;
      user_agent?: string | null;
      source_ip?: string | null;
      current: boolean;
    };
    Setup: { needs_admin: boolean; registration: "open" | "invite" | "closed"; version: string };
    Conversation: {
      id: string;
      kind: "chat";
      title?: string | null;
      model?: string | null;
      head_message_id?: string | null;
      archived: boolean;
      created_at: string;
      updated_at: string;
      version: number;
    };
    Part: { type: "text"; text: string };
    Author: { type: "user" | "assistant" | "contact" | "system"; id?: string | null };
    Usage: { input_tokens: number; output_tokens: number; estimated?: boolean };
    Message: {
      id: string;
      conversation_id: string;
      parent_id?: string | null;
      author: components["schemas"]["Author"];
      content: components["schemas"]["Part"][];
      status: "complete" | "streaming" | "failed" | "cancelled";
      run_id?: string | null;
      client_message_id?: string | null;
      model?: string | null;
      usage?: components["schemas"]["Usage"] | null;
      error?: components["schemas"]["Problem"] | null;
      created_at: string;
    };
    Run: {
      id: string;
      conversation_id: string;
      question_id: string;
      message_id: string;
      status: "queued" | "running" | "succeeded" | "failed" | "cancelled";
      attempt: number;
      model?: string | null;
      usage?: components["schemas"]["Usage"] | null;
      error?: components["schemas"]["Problem"] | null;
      queue_position?: number | null;
      created_at: string;
      started_at?: string | null;
      ended_at?: string | null;
    };
    Accepted: {
      message: components["schemas"]["Message"];
      answer: components["schemas"]["Message"];
      run: components["schemas"]["Run"];
    };
    Model: {
      id: string;
      name: string;
      provider?: string | null;
      context_window?: number | null;
      max_output_tokens?: number | null;
      guide: boolean;
      default: boolean;
    };
    ProblemFault: { pointer: string; code: string; message: string };
    Problem: {
      type: string;
      title: string;
      status: number;
      detail: string;
      instance: string;
      code: string;
      request_id: string;
      errors?: components["schemas"]["ProblemFault"][];
    };
  };
}
type Schemas = components["schemas"];
type Params<Q = undefined, P = undefined, H = undefined> = {
  query?: Q extends undefined ? never : Q;
  header?: H extends undefined ? never : H;
  cookie?: never;
} & (P extends undefined ? { path?: never } : { path: P });
type Failure = { headers: Record<string, unknown>; content: { "application/problem+json": Schemas["Problem"] } };
type Json<T> = { headers: Record<string, unknown>; content: { "application/json": T } };
type Nothing = { headers: Record<string, unknown>; content?: never };
type Body<T> = { content: { "application/json": T } };
type Operation<Parameters, Request, Responses> = {
  parameters: Parameters;
  responses: Responses & { default: Failure };
} & (Request extends undefined ? { requestBody?: never } : { requestBody: Body<Request> });
type Page<T> = { items: T[]; next_cursor?: string | null };
type Unused = { parameters: Params };
type Idempotent = { "Idempotency-Key"?: string };

export interface paths {
  "/api/v1/setup": Unused & { get: Operation<Params, undefined, { 200: Json<Schemas["Setup"]> }> };
  "/api/v1/auth/register": Unused & {
    post: Operation<
      Params,
      { email: string; password: string; display_name?: string | null; token_delivery?: "cookie" | "body"; setup_token?: string | null },
      { 201: Json<Schemas["AuthAnswer"]> }
    >;
  };
  "/api/v1/auth/login": Unused & {
    post: Operation<
      Params,
      { email: string; password: string; token_delivery?: "cookie" | "body" },
      { 200: Json<Schemas["AuthAnswer"]> }
    >;
  };
  "/api/v1/auth/refresh": Unused & {
    post: Operation<Params, { refresh_token?: string | null }, { 200: Json<Schemas["AuthAnswer"]> }>;
  };
  "/api/v1/auth/logout": Unused & { post: Operation<Params, undefined, { 204: Nothing }> };
  "/api/v1/auth/logout-all": Unused & { post: Operation<Params, undefined, { 204: Nothing }> };
  "/api/v1/auth/sessions": Unused & {
    get: Operation<Params, undefined, { 200: Json<Page<Schemas["Session"]>> }>;
  };
  "/api/v1/auth/sessions/{id}": {
    parameters: Params<undefined, { id: string }>;
    delete: Operation<Params<undefined, { id: string }>, undefined, { 204: Nothing }>;
  };
  "/api/v1/me": Unused & {
    get: Operation<Params, undefined, { 200: Json<Schemas["User"]> }>;
    patch: Operation<
      Params,
      { display_name?: string; locale?: "en" | "id" | "ja" | null },
      { 200: Json<Schemas["User"]> }
    >;
  };
  "/api/v1/models": Unused & {
    get: Operation<Params, undefined, { 200: Json<{ items: Schemas["Model"][] }> }>;
  };
  "/api/v1/conversations": Unused & {
    get: Operation<
      Params<{ limit?: number; cursor?: string; q?: string; archived?: boolean }>,
      undefined,
      { 200: Json<Page<Schemas["Conversation"]>> }
    >;
    post: Operation<
      Params<undefined, undefined, Idempotent>,
      { title?: string | null; model?: string | null },
      { 201: Json<Schemas["Conversation"]> }
    >;
  };
  "/api/v1/conversations/{id}": {
    parameters: Params<undefined, { id: string }>;
    get: Operation<Params<undefined, { id: string }>, undefined, { 200: Json<Schemas["Conversation"]> }>;
    patch: Operation<
      Params<undefined, { id: string }, { "If-Match"?: string }>,
      { title?: string | null; model?: string | null; archived?: boolean; head_message_id?: string | null },
      { 200: Json<Schemas["Conversation"]> }
    >;
    delete: Operation<Params<undefined, { id: string }>, undefined, { 204: Nothing }>;
  };
  "/api/v1/conversations/{id}/messages": {
    parameters: Params<undefined, { id: string }>;
    get: Operation<
      Params<{ limit?: number; cursor?: string }, { id: string }>,
      undefined,
      { 200: Json<Page<Schemas["Message"]>> }
    >;
    post: Operation<
      Params<undefined, { id: string }>,
      { client_message_id?: string | null; content: Schemas["Part"][]; model?: string | null; parent_id?: string | null },
      { 202: Json<Schemas["Accepted"]> }
    >;
  };
  "/api/v1/conversations/{id}/messages/{message_id}/regenerate": {
    parameters: Params<undefined, { id: string; message_id: string }>;
    post: Operation<
      Params<undefined, { id: string; message_id: string }>,
      { client_message_id?: string | null; model?: string | null },
      { 202: Json<Schemas["Accepted"]> }
    >;
  };
  "/api/v1/runs/{id}": {
    parameters: Params<undefined, { id: string }>;
    get: Operation<Params<undefined, { id: string }>, undefined, { 200: Json<Schemas["Run"]> }>;
  };
  "/api/v1/runs/{id}/cancel": {
    parameters: Params<undefined, { id: string }>;
    post: Operation<Params<undefined, { id: string }>, undefined, { 200: Json<Schemas["Run"]> } | { 202: Json<Schemas["Run"]> }>;
  };
}
export type webhooks = Record<string, never>;
