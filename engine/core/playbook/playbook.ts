import { z } from "zod";
import type { Diagnostic } from "../domain/diagnostic.ts";
import { bilingual, inLanguage, type Language, type LocalizedText } from "../domain/language.ts";
import { SENTENCES } from "../domain/sentences.ts";
import { localizedText } from "../flow/document.ts";
import { finding, readYaml } from "../flow/source.ts";

const text = localizedText;
const lines = z.array(text).default([]);

/** The owner's ten sections, as the owner thinks of them (spec 5). Every text is one, or one per language. */
export const playbookSchema = z.strictObject({
  playbook: z.string().optional(),
  languages: z
    .array(z.string().regex(/^[a-z]{2}$/))
    .min(1)
    .default(["fr"]),
  notFound: text.optional(),
  rules: z
    .strictObject({
      language: text.optional(),
      tone: text.optional(),
      mission: text.optional(),
      style: text.optional(),
      safety: text.optional(),
    })
    .default({}),
  company: z
    .strictObject({
      name: text.optional(),
      about: text.optional(),
      address: text.optional(),
      area: text.optional(),
      hours: text.optional(),
      appointments: text.optional(),
      contact: text.optional(),
    })
    .default({}),
  offers: z
    .array(
      z.strictObject({ category: text.optional(), name: text, description: text.optional(), price: text.optional() }),
    )
    .default([]),
  conditions: z.array(z.strictObject({ title: text, text })).default([]),
  procedures: z.array(z.strictObject({ title: text, text })).default([]),
  faq: z.array(z.strictObject({ question: text, answer: text, also: z.array(z.string()).default([]) })).default([]),
  specialCases: z
    .array(z.strictObject({ when: text, also: z.array(z.string()).default([]), answer: text }))
    .default([]),
  links: z.array(z.strictObject({ title: text, url: z.url({ protocol: /^https?$/ }) })).default([]),
  escalation: z.strictObject({ when: lines, words: z.array(z.string()).default([]) }).default({ when: [], words: [] }),
  specialRules: lines,
});
export type Playbook = z.infer<typeof playbookSchema>;

/** One thing that the playbook says, with the name that answers cite: `faq.2`. */
export interface Entry {
  readonly id: string;
  readonly kind: "company" | "offer" | "condition" | "procedure" | "faq" | "specialCase" | "link";
  /** What somebody would ask. */
  readonly title: string;
  /** Other words for it. */
  readonly also: readonly string[];
  /** What may be said. */
  readonly text: string;
}

export interface ParsedPlaybook {
  readonly playbook: Playbook | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a playbook. Never throws; every finding has its place. */
export function parsePlaybook(source: string): ParsedPlaybook {
  const yaml = readYaml(source);
  if (yaml.value === undefined) return { playbook: null, diagnostics: yaml.diagnostics };
  const parsed = playbookSchema.safeParse(yaml.value);
  if (parsed.success) return { playbook: parsed.data, diagnostics: yaml.diagnostics };
  const diagnostics = parsed.error.issues.map((issue) => {
    const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
    const place = path.join(".") || "playbook";
    const sentence = {
      fr: `« ${place} » n'a pas la forme attendue dans la fiche.`,
      en: `"${place}" does not have the form that a playbook expects.`,
    };
    return finding("invalid-playbook", sentence, yaml.rangeOf(path));
  });
  return { playbook: null, diagnostics };
}

const COMPANY: readonly {
  readonly key: keyof Playbook["company"];
  readonly fr: string;
  readonly en: string;
  readonly also: readonly string[];
}[] = [
  {
    key: "name",
    fr: "Nom de l'entreprise",
    en: "Name of the business",
    also: ["qui êtes-vous", "who are you", "comment vous appelez vous"],
  },
  {
    key: "about",
    fr: "Qui sommes-nous",
    en: "About us",
    also: ["présentation", "what do you do", "que faites vous", "histoire"],
  },
  {
    key: "address",
    fr: "Adresse, où nous trouver",
    en: "Address, where to find us",
    also: ["où êtes vous situés", "where are you located", "trouver la boutique", "localisation", "venir", "parking"],
  },
  {
    key: "area",
    fr: "Zone desservie",
    en: "Area served",
    also: ["secteur", "région", "livrez vous à", "do you deliver to"],
  },
  {
    key: "hours",
    fr: "Horaires d'ouverture",
    en: "Opening hours",
    also: [
      "ouvert",
      "fermé",
      "heures",
      "ouvrez vous",
      "open",
      "close",
      "when are you open",
      "dimanche",
      "lundi",
      "samedi",
    ],
  },
  {
    key: "appointments",
    fr: "Rendez-vous",
    en: "Appointments",
    also: ["prendre rendez-vous", "réserver", "book an appointment"],
  },
  {
    key: "contact",
    fr: "Nous contacter",
    en: "Contact us",
    also: ["téléphone", "numéro", "e-mail", "phone number", "email", "joindre"],
  },
];

/** Everything that may be answered, in one language. */
export function entriesOf(playbook: Playbook, language: Language): readonly Entry[] {
  const say = (one: LocalizedText | undefined): string =>
    one === undefined ? "" : inLanguage(one, language, ...playbook.languages).trim();
  const titled = (
    kind: "condition" | "procedure",
    section: string,
    list: readonly { readonly title: LocalizedText; readonly text: LocalizedText }[],
  ) =>
    list.map(
      (one, index): Entry => ({
        id: `${section}.${index + 1}`,
        kind,
        title: say(one.title),
        also: [],
        text: say(one.text),
      }),
    );
  const entries: Entry[] = [
    ...COMPANY.flatMap(({ key, fr, en, also }): readonly Entry[] => {
      const said = say(playbook.company[key]);
      return said === ""
        ? []
        : [{ id: `company.${key}`, kind: "company", title: language.startsWith("fr") ? fr : en, also, text: said }];
    }),
    ...playbook.offers.map((offer, index): Entry => {
      const [name, description, price] = [say(offer.name), say(offer.description), say(offer.price)];
      return {
        id: `offers.${index + 1}`,
        kind: "offer",
        title: name,
        also: [say(offer.category), "prix", "tarif", "price", "combien coûte", "how much"],
        text: [`${name}${price === "" ? "" : ` : ${price}`}`, description].filter((part) => part !== "").join(". "),
      };
    }),
    ...titled("condition", "conditions", playbook.conditions),
    ...titled("procedure", "procedures", playbook.procedures),
    ...playbook.faq.map(
      (one, index): Entry => ({
        id: `faq.${index + 1}`,
        kind: "faq",
        title: say(one.question),
        also: one.also,
        text: say(one.answer),
      }),
    ),
    ...playbook.specialCases.map(
      (one, index): Entry => ({
        id: `specialCases.${index + 1}`,
        kind: "specialCase",
        title: say(one.when),
        also: one.also,
        text: say(one.answer),
      }),
    ),
    ...playbook.links.map(
      (one, index): Entry => ({
        id: `links.${index + 1}`,
        kind: "link",
        title: say(one.title),
        also: ["lien", "link", "site"],
        text: `${say(one.title)} : ${one.url}`,
      }),
    ),
  ];
  return entries.filter(({ text: said }) => said !== "");
}

/** The one sentence for everything that the playbook does not hold. */
export function notFoundSentence(playbook: Playbook | null, language: Language): string {
  if (playbook?.notFound !== undefined) return inLanguage(playbook.notFound, language, ...playbook.languages);
  return bilingual(SENTENCES.notInPlaybook, language);
}
