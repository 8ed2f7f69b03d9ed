// The words of the API under the names the pages use; the only importer of the generated schema besides the client.
import type { components } from "./schema.d.ts";

type Schemas = components["schemas"];

export type User = Schemas["User"];
export type Signed = Schemas["AuthAnswer"];
export type Session = Schemas["Session"];
export type Conversation = Schemas["Conversation"];
export type Message = Schemas["Message"];
export type Run = Schemas["Run"];
export type Posted = Schemas["Accepted"];
export type Model = Schemas["Model"];
export type Usage = Schemas["Usage"];
export type Problem = Schemas["Problem"];
export type ProblemFault = Schemas["ProblemFault"];
export type ApiKey = Schemas["ApiKey"];
export type Standing = Schemas["Standing"];
export type UsageSum = Schemas["UsageSum"];
export type UsageTotal = Schemas["UsageTotal"];
export type UsageCall = Schemas["Call"];
export type Provider = Schemas["Provider"];
export type ProviderChange = Schemas["ProviderChange"];
export type NewProvider = Schemas["NewProvider"];
export type ProviderKind = Schemas["ProviderKind"];
export type ModelHealth = Schemas["ModelHealth"];
export type Credential = Schemas["Credential"];
export type CredentialChange = Schemas["CredentialChange"];
export type AdminModel = Schemas["AdminModel"];
export type ModelWord = Schemas["ModelWord"];
export type NewPrice = Schemas["NewPrice"];
export type LlmRoute = Schemas["Route"];
export type RouteChange = Schemas["RouteChange"];
export type RouteStep = Schemas["RouteStep"];
export type Limit = Schemas["Limit"];
export type NewLimit = Schemas["NewLimit"];
export type Rule = Schemas["Rule"];
export type NewRule = Schemas["NewRule"];
export type RuleHit = Schemas["RuleHit"];
export type Alert = Schemas["Alert"];
export type LlmSettings = Schemas["LlmSettings"];

export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}
