/** Reading what verbs answer, field by field: what is missing or of another kind becomes its empty value. */

export type Told = Readonly<Record<string, unknown>>;

export function objectIn(value: unknown): Told {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Told) : {};
}

export function textIn(told: Told, name: string): string {
  const value = told[name];
  return typeof value === "string" ? value : "";
}

export function textOrNull(told: Told, name: string): string | null {
  const value = told[name];
  return typeof value === "string" && value !== "" ? value : null;
}

export function numberOrNull(told: Told, name: string): number | null {
  const value = told[name];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

export function listIn(told: Told, name: string): readonly unknown[] {
  const value = told[name];
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

export function objectsIn(told: Told, name: string): readonly Told[] {
  return listIn(told, name).map(objectIn);
}

export function textsIn(told: Told, name: string): readonly string[] {
  return listIn(told, name).filter((each): each is string => typeof each === "string");
}
