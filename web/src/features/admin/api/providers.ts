// LLM services, their credentials and their health.
import { queryOptions } from "@tanstack/react-query";
import { api } from "@/lib/api/client.ts";
import { answerOf, dataOf } from "@/lib/api/problem.ts";
import type { CredentialChange, NewProvider, Provider, ProviderChange } from "@/lib/api/types.ts";
import { withEtag } from "./etag.ts";

/** How often the health is asked for while somebody looks. */
const FRESH_MS = 5_000;

export const providersQuery = queryOptions({
  queryKey: ["admin", "providers"],
  queryFn: ({ signal }) => dataOf(api.GET("/api/v1/admin/llm/providers", { signal })),
  refetchInterval: FRESH_MS,
});

/** What is fetched again when a provider comes, goes or changes. */
export const PROVIDER_TOUCHES = [providersQuery.queryKey, ["admin", "models"], ["chat", "models"]];

/** A provider as it is now. */
export async function readProvider(id: string): Promise<Provider> {
  return (await read(id)).data;
}

async function read(id: string): Promise<{ data: Provider; response: Response }> {
  return answerOf(api.GET("/api/v1/admin/llm/providers/{id}", { params: { path: { id } } }));
}

export function createProvider(body: NewProvider) {
  return dataOf(api.POST("/api/v1/admin/llm/providers", { body }));
}

/** Changes the version that was seen; a newer one is a 412. */
export function changeProvider(id: string, etag: string, body: ProviderChange) {
  const header = { "If-Match": etag };
  return dataOf(
    api.PATCH("/api/v1/admin/llm/providers/{id}", { params: { path: { id }, header }, body }),
  );
}

export function switchProvider(id: string, enabled: boolean) {
  return withEtag(
    () => read(id),
    (header) => changeProvider(id, header["If-Match"], { enabled }),
  );
}

export function deleteProvider(id: string) {
  return withEtag(
    () => read(id),
    (header) =>
      dataOf(api.DELETE("/api/v1/admin/llm/providers/{id}", { params: { path: { id }, header } })),
  );
}

export function probeProvider(id: string) {
  return dataOf(api.POST("/api/v1/admin/llm/providers/{id}/probe", { params: { path: { id } } }));
}

export interface CredentialDraft {
  label: string;
  secret: string;
  weight: number;
}

export function addCredential(id: string, body: CredentialDraft) {
  return dataOf(
    api.POST("/api/v1/admin/llm/providers/{id}/credentials", { params: { path: { id } }, body }),
  );
}

export function changeCredential(id: string, cid: string, body: CredentialChange) {
  return dataOf(
    api.PATCH("/api/v1/admin/llm/providers/{id}/credentials/{credential_id}", {
      params: { path: { id, credential_id: cid } },
      body,
    }),
  );
}

export async function removeCredential(id: string, cid: string): Promise<void> {
  await dataOf(
    api.DELETE("/api/v1/admin/llm/providers/{id}/credentials/{credential_id}", {
      params: { path: { id, credential_id: cid } },
    }),
  );
}
