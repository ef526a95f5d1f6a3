import { currentLanguage, type Translate } from "../../words/words.ts";
import type { formWords } from "./words.ts";

type FormWord = Parameters<Translate<Extract<keyof (typeof formWords)["fr"], string>>>[0];

/** The words of fields inside of lists and groups, whose schemas carry none. */
export function labelOfKey(key: string, t: Translate<Extract<keyof (typeof formWords)["fr"], string>>): string {
  const word = `k_${key}` as FormWord;
  const found = t(word);
  return found === word ? key : found;
}

const OPTIONS: Readonly<Record<string, readonly [string, string]>> = {
  text: ["Texte", "Text"],
  number: ["Nombre", "Number"],
  email: ["E-mail", "E-mail"],
  phone: ["Téléphone", "Phone"],
  date: ["Date", "Date"],
  time: ["Heure", "Time"],
  choice: ["Choix dans une liste", "Choice from a list"],
  file: ["Fichier ou photo", "File or photo"],
  location: ["Lieu", "Location"],
  consent: ["Accord (oui ou non)", "Consent (yes or no)"],
  low: ["Basse", "Low"],
  normal: ["Normale", "Normal"],
  high: ["Haute", "High"],
  urgent: ["Urgente", "Urgent"],
  quickReply: ["Réponse rapide", "Quick reply"],
  url: ["Lien", "Link"],
  copyCode: ["Code à copier", "Code to copy"],
};

/** A value of a choice in words; what has none (GET, POST) stands for itself. */
export function optionWords(option: string): string {
  const [fr, en] = OPTIONS[option] ?? [option, option];
  return currentLanguage() === "fr" ? fr : en;
}
