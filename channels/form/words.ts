import type { Bilingual } from "../../engine/core/domain/language.ts";

/** Why an answer is not taken, said to whoever filled in the form. */
export const WORDS = {
  required: { fr: "Ce champ est nécessaire.", en: "This field is needed." },
  consentRequired: { fr: "Votre accord est nécessaire.", en: "Your agreement is needed." },
  fileRequired: { fr: "Joignez un fichier.", en: "Attach a file." },
  oneLine: { fr: "Écrivez sur une seule ligne.", en: "Write on one line." },
  email: {
    fr: "Cette adresse e-mail n'est pas valable. Exemple : nom@exemple.fr",
    en: "This is not a valid e-mail address. Example: name@example.com",
  },
  phone: {
    fr: "Ce numéro n'est pas valable. Exemple : 06 39 98 12 34",
    en: "This is not a valid phone number. Example: +33 6 39 98 12 34",
  },
  choice: { fr: "Choisissez une des réponses proposées.", en: "Choose one of the answers." },
  date: { fr: "Cette date n'est pas valable.", en: "This is not a valid date." },
  address: {
    fr: "Donnez une adresse e-mail ou un numéro de téléphone, pour que nous puissions vous répondre.",
    en: "Give an e-mail address or a phone number, so that we can answer you.",
  },
  check: {
    fr: "Quelques réponses sont à revoir.",
    en: "Some answers need another look.",
  },
  unknown: { fr: "Ce formulaire n'a pas ce champ.", en: "This form has no such field." },
  yes: { fr: "oui", en: "yes" },
  no: { fr: "non", en: "no" },
} satisfies Record<string, Bilingual>;

export function tooLong(length: number): Bilingual {
  return { fr: `C'est trop long : ${length} signes au plus.`, en: `This is too long: ${length} characters at most.` };
}

export function tooMany(count: number): Bilingual {
  return {
    fr: count === 1 ? "Un seul fichier est possible." : `${count} fichiers au plus.`,
    en: count === 1 ? "Only one file is possible." : `${count} files at most.`,
  };
}
