import type { AccountProperty } from "../../engine/core/domain/account-form.ts";
import type { Json, JsonObject } from "../../engine/core/domain/json.ts";
import type { ChannelOffer } from "../channels/channel-offers.ts";

/** How one value of an account is drawn, by its schema. */
export type Shape =
  | { readonly kind: "secret" | "switch" | "number" | "localized" | "lines" | "text" }
  | { readonly kind: "select"; readonly options: readonly string[] }
  | { readonly kind: "list"; readonly item: AccountProperty }
  | { readonly kind: "group" }
  | { readonly kind: "variants"; readonly variants: readonly AccountProperty[] };

export function shapeOf(property: AccountProperty): Shape {
  if (property.secret) return { kind: "secret" };
  if (property.control === "switch" || property.type === "boolean") return { kind: "switch" };
  if (property.enum) return { kind: "select", options: property.enum.map(String) };
  if (property.anyOf?.some(({ properties }) => properties?.fr && properties.en)) return { kind: "localized" };
  if (property.oneOf) return { kind: "variants", variants: property.oneOf };
  if (property.type === "array")
    return property.items?.properties ? { kind: "list", item: property.items } : { kind: "lines" };
  if (property.properties) return { kind: "group" };
  if (property.control === "number" || property.type === "integer" || property.type === "number")
    return { kind: "number" };
  return { kind: "text" };
}

/** What the form starts with: what is kept, else what is usual. Secrets start empty: they never leave the server. */
export function startingValues(offer: ChannelOffer, kept: JsonObject): JsonObject {
  return Object.fromEntries(
    offer.fields
      .filter(({ secret }) => !secret)
      .map(({ name, default: usual }) => [name, kept[name] ?? (usual as Json | null) ?? ""]),
  );
}

/** A new entry of a list, its technical name free among the others. */
export function freshEntry(item: AccountProperty, others: readonly Json[]): JsonObject {
  const entry: Record<string, Json> = {};
  for (const name of item.required ?? []) {
    const property = item.properties?.[name];
    if (property) entry[name] = name === "id" ? freeId(others) : freshValue(property);
  }
  return entry;
}

export function freshValue(property: AccountProperty): Json {
  if (property.const !== undefined) return property.const as Json;
  const shape = shapeOf(property);
  switch (shape.kind) {
    case "select":
      return shape.options[0] ?? "";
    case "switch":
      return false;
    case "list":
    case "lines":
      return [];
    case "group":
      return freshEntry(property, []);
    case "variants":
      return shape.variants[0] ? freshEntry(shape.variants[0], []) : {};
    default:
      return "";
  }
}

function freeId(others: readonly Json[]): string {
  const taken = new Set(others.map((one) => (isObject(one) ? one.id : undefined)));
  let number = others.length + 1;
  while (taken.has(`q${number}`)) number++;
  return `q${number}`;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The words of an entry for its head: the first text of it, in the reader's language. */
export function entryTitle(item: AccountProperty, value: Json, language: "fr" | "en"): string {
  if (!isObject(value)) return "";
  const named = value.label ?? value.name;
  if (typeof named === "string") return named;
  if (isObject(named)) return String(named[language] || named.fr || named.en || "");
  for (const [name, property] of Object.entries(item.properties ?? {})) {
    const chosen = value[name];
    if (typeof chosen === "string" && property.choices) return property.choices[chosen]?.[language] ?? chosen;
  }
  return "";
}

/** Empty optional parts of entries are left out: to the server an empty text is a value. */
function withoutEmpty(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (!isObject(value)) return value;
  if (isWords(value)) return plainWords(value);
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, one]) => [name, withoutEmpty(one)])
      .filter(([, one]) => one !== ""),
  );
}

function isWords(value: JsonObject): boolean {
  const names = Object.keys(value);
  return names.length > 0 && names.every((name) => name === "fr" || name === "en");
}

/** Words in one language only are said to everybody: better than nothing. */
function plainWords(value: JsonObject): Json {
  return value.fr && value.en ? value : value.fr || value.en || "";
}

/** What is sent: secrets only where one was typed. */
export function sentValues(offer: ChannelOffer, values: JsonObject): JsonObject {
  const sent: Record<string, Json> = {};
  for (const { name, secret } of offer.fields) {
    const value = values[name];
    if (value !== undefined && !(secret && value === "")) sent[name] = withoutEmpty(value);
  }
  return sent;
}
