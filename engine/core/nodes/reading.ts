import type { Language, LocalizedText } from "../domain/language.ts";
import { inLanguage } from "../domain/language.ts";
import type { OutboundContent } from "../domain/message.ts";
import { BUILT_IN_ROOTS, variablesOf, variablesOfExpression } from "../run/expression.ts";
import type { TemplateContent } from "../run/machine.ts";

/** A content in one language, placeholders as they stand: for cards, checks and previews. */
export function shown(content: TemplateContent, language: Language): OutboundContent {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (value === null || typeof value !== "object") return value;
    const keys = Object.keys(value);
    if (
      keys.length > 0 &&
      keys.every(
        (key) => /^[a-z]{2}(-[A-Z]{2})?$/.test(key) && typeof (value as Record<string, unknown>)[key] === "string",
      )
    ) {
      return inLanguage(value as LocalizedText, language);
    }
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, walk(one)]));
  };
  const { synonyms: _, ...rest } = content as Record<string, unknown>;
  // The author's content has the same shape, but for its languages.
  return walk(rest) as OutboundContent;
}

/** Variables that texts and expressions read, without the built-in names. */
export function readsOf(
  texts: readonly (LocalizedText | undefined)[],
  expressions: readonly (string | undefined)[] = [],
): readonly string[] {
  const names = new Set<string>();
  for (const text of texts) {
    if (text === undefined) continue;
    for (const one of typeof text === "string" ? [text] : Object.values(text))
      for (const name of variablesOf(one)) names.add(name);
  }
  for (const expression of expressions) {
    if (expression !== undefined) for (const name of variablesOfExpression(expression)) names.add(name);
  }
  return [...names].filter((name) => !BUILT_IN_ROOTS.has(name) && name !== "lastText");
}

/** The first words of a text, for one line. */
export function gist(text: LocalizedText | undefined, language: Language): string {
  const line = text === undefined ? "" : inLanguage(text, language).replace(/\s+/g, " ").trim();
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
