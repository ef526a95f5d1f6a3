import type { JsonObject } from "../../engine/core/domain/json.ts";

/** The answers of a form are a text that should hold an object, and sometimes does not: then they are its `value`. */
export function formValues(text: string | undefined): JsonObject {
  try {
    const value: unknown = JSON.parse(text ?? "{}");
    return value !== null && typeof value === "object" && !Array.isArray(value)
      ? (value as JsonObject)
      : { value: String(text) };
  } catch {
    return { value: text ?? "" };
  }
}
