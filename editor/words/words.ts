import i18next from "i18next";
import { initReactI18next, useTranslation } from "react-i18next";

export type ScreenLanguage = "fr" | "en";
const KEPT = "relais.language";

/** The words of one part of the screens, in both languages. Same keys in both: the types see to it. */
export interface Catalogue<Keys extends string> {
  readonly name: string;
  readonly fr: Readonly<Record<Keys, string>>;
  readonly en: Readonly<Record<Keys, string>>;
}

type Plain<Keys extends string> = Keys extends `${infer Word}_one` | `${infer Word}_other` ? Word : Keys;
export type Translate<Keys extends string> = (
  word: Plain<Keys>,
  values?: Readonly<Record<string, string | number>>,
) => string;

function wanted(): ScreenLanguage {
  if (typeof document === "undefined") return "fr";
  const kept = localStorage.getItem(KEPT);
  if (kept === "fr" || kept === "en") return kept;
  return navigator.language.toLowerCase().startsWith("fr") ? "fr" : "en";
}

void i18next.use(initReactI18next).init({
  lng: wanted(),
  fallbackLng: "fr",
  resources: {},
  initAsync: false,
  // Catalogues are flat: a dot in a key is part of it.
  keySeparator: false,
  interpolation: { escapeValue: false },
  react: { useSuspense: false },
});

/** Every catalogue that was loaded. */
export const catalogues: Catalogue<string>[] = [];

/** Declares words where they are used, so that a screen that is loaded later brings its own. `_one` / `_other`: by `count`. */
export function catalogue<const Fr extends Readonly<Record<string, string>>>(
  name: string,
  words: { readonly fr: Fr; readonly en: { readonly [K in keyof Fr]: string } },
): Catalogue<Extract<keyof Fr, string>> {
  i18next.addResourceBundle("fr", name, words.fr);
  i18next.addResourceBundle("en", name, words.en);
  const made = { name, ...words } as Catalogue<Extract<keyof Fr, string>>;
  catalogues.push(made);
  return made;
}

/** The words of a catalogue in the reader's language; the component is drawn anew when that changes. */
export function useWords<Keys extends string>({ name }: Catalogue<Keys>): Translate<Keys> {
  const { t } = useTranslation(name);
  return t as unknown as Translate<Keys>;
}

/** The same outside of components, e.g. in a command that runs later. */
export function wordsOf<Keys extends string>({ name }: Catalogue<Keys>): Translate<Keys> {
  return i18next.getFixedT(null, name) as unknown as Translate<Keys>;
}

export function useLanguage(): ScreenLanguage {
  const { i18n } = useTranslation();
  return i18n.language === "en" ? "en" : "fr";
}

export function setLanguage(language: ScreenLanguage): void {
  localStorage.setItem(KEPT, language);
  document.documentElement.lang = language;
  void i18next.changeLanguage(language);
}

export function currentLanguage(): ScreenLanguage {
  return i18next.language === "en" ? "en" : "fr";
}
