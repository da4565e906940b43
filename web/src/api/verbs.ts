/** What can be asked of Aspen, read off the schema: verbs, their arguments and their results. */

import type { components, paths } from "./schema";

type CallPath = keyof paths & `/api/call/${string}`;
type Post<V extends Verb> = paths[`/api/call/${V}`]["post"];

export type Verb = CallPath extends `/api/call/${infer V}` ? V : never;
export type Arguments<V extends Verb> = Post<V>["requestBody"]["content"]["application/json"];
export type Result<V extends Verb> = Post<V>["responses"][200]["content"]["application/json"];

export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];
