/** Reading what verbs answer, field by field: what is missing or of another kind becomes its empty value.
 *
 * The names of the fields are those of the shape, so that one which no verb answers is a mistake of types.
 */

export type Told = Readonly<Record<string, unknown>>;

/** Of a shape, whichever it is of several, as much as is there. */
export type Some<T> = T extends unknown ? Partial<T> : never;

/** A name of a field of any of the shapes that it could be. */
type NameIn<T> = T extends unknown ? keyof T & string : never;
type ValueIn<T, Name> = T extends unknown ? (Name extends keyof T ? T[Name] : never) : never;
type ListIn<T, Name> = Extract<ValueIn<T, Name>, readonly unknown[]>;
type ElementIn<T, Name> = [ListIn<T, Name>] extends [never] ? Told : ListIn<T, Name>[number];

export function objectIn(value: unknown): Told {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Told) : {};
}

export function textIn<T extends object>(told: T, name: NameIn<T>): string {
  const value = objectIn(told)[name];
  return typeof value === "string" ? value : "";
}

export function textOrNull<T extends object>(told: T, name: NameIn<T>): string | null {
  return textIn(told, name) || null;
}

export function numberOrNull<T extends object>(told: T, name: NameIn<T>): number | null {
  const value = objectIn(told)[name];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

export function listIn<T extends object>(told: T, name: NameIn<T>): readonly unknown[] {
  const value = objectIn(told)[name];
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

export function objectsIn<T extends object, Name extends NameIn<T>>(told: T, name: Name): readonly Some<ElementIn<T, Name>>[] {
  return listIn(told, name).map(objectIn) as unknown as readonly Some<ElementIn<T, Name>>[];
}

export function textsIn<T extends object>(told: T, name: NameIn<T>): readonly string[] {
  return listIn(told, name).filter((each): each is string => typeof each === "string");
}
