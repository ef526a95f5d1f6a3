/** A BCP 47 language, in practice two letters: `fr`, `en`. */
export type Language = string;

/** One text for all languages, or one per language: `{ fr: "Bonjour", en: "Hello" }`. */
export type LocalizedText = string | { readonly [language: Language]: string };

/** A text that the product itself says, always in both languages of its screens. */
export interface Bilingual {
  readonly fr: string;
  readonly en: string;
}

/** The text in the first of the languages that it has; else in any language; else "". */
export function inLanguage(text: LocalizedText, ...languages: readonly Language[]): string {
  if (typeof text === "string") return text;
  for (const language of languages) {
    const found = text[language] ?? text[language.slice(0, 2)];
    if (found !== undefined) return found;
  }
  return Object.values(text)[0] ?? "";
}

/** The product's own text for a reader: French when the language is French, else English. */
export function bilingual(text: Bilingual, language: Language): string {
  return language.startsWith("fr") ? text.fr : text.en;
}
