import { z } from "zod";
import type { Json } from "../domain/json.ts";
import type { LocalizedText } from "../domain/language.ts";
import type { ValueSource } from "../run/machine.ts";
import { text } from "./fields.ts";
import { readsOf } from "./reading.ts";

/** A value as the author writes it: a plain value, a text with placeholders, or `{ expression: "total | plus: 5" }`. */
export type Value = Json | { readonly expression: string };

export const expression = z.string().min(1).max(500);
export const value = z.union([z.strictObject({ expression }), z.json()]);
export const localized = text;

/** Where the machine gets the value from. A text with placeholders is a template. */
export function sourceOf(written: Value): ValueSource {
  if (typeof written === "string") return { template: written };
  if (written !== null && typeof written === "object" && "expression" in written) {
    return { expression: String(written.expression) };
  }
  return { value: written as Json };
}

/** Variables that values read. */
export function readsOfValues(values: readonly Value[]): readonly string[] {
  const texts: LocalizedText[] = [];
  const expressions: string[] = [];
  for (const one of values) {
    const source = sourceOf(one);
    if ("template" in source) texts.push(source.template);
    if ("expression" in source) expressions.push(source.expression);
  }
  return readsOf(texts, expressions);
}
