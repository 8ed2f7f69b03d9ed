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

export interface Page<T> {
  items: T[];
  next_cursor?: string | null;
}
