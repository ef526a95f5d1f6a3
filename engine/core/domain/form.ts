import { z } from "zod";
import { accountField } from "./account-field.ts";
import type { Bilingual } from "./language.ts";

/**
 * A web form as its owner declares it: data from which the page is drawn, the answers are checked and the message is
 * made. Words are one text, or one per language of the product.
 */

/** `text` is one line, `longText` several; a `file` may be several files. */
export const FIELD_KINDS = ["text", "longText", "email", "phone", "choice", "date", "consent", "file"] as const;
export type FieldKind = (typeof FIELD_KINDS)[number];

const words = (most: number) =>
  z.union([z.string().trim().min(1).max(most), z.strictObject({ fr: z.string().max(most), en: z.string().max(most) })]);
export type FormWords = string | Bilingual;

/** Where an answer goes besides the message: a field of the contact, a variable of the flow, or the customer's own words. */
const target = z.discriminatedUnion("type", [
  accountField(
    z.strictObject({
      type: z.literal("contact"),
      field: accountField(
        z.string().regex(/^[a-zA-Z][a-zA-Z0-9]{0,39}$/),
        { fr: "Champ de la fiche", en: "Field of the contact" },
        { placeholder: "name" },
      ),
    }),
    { fr: "La fiche contact", en: "The contact" },
  ),
  accountField(
    z.strictObject({
      type: z.literal("variable"),
      name: accountField(
        z.string().regex(/^[a-zA-Z][a-zA-Z0-9-]{0,63}$/),
        { fr: "Nom de la variable", en: "Name of the variable" },
        { placeholder: "budget" },
      ),
    }),
    { fr: "Une variable du scénario", en: "A variable of the flow" },
  ),
  accountField(z.strictObject({ type: z.literal("message") }), {
    fr: "Les mots du client",
    en: "The customer's own words",
  }),
]);

/** Answers of one line are shorter than this, those of several lines than the second. */
export const LINE_LENGTH = 200;
export const TEXT_LENGTH = 4000;
/** Files of one submission, and the size of each. */
export const MOST_FILES = 5;
export const FILE_BYTES = 10_000_000;

export const formField = z.strictObject({
  kind: accountField(
    z.enum(FIELD_KINDS),
    { fr: "Sorte", en: "Kind" },
    {
      choices: {
        text: { fr: "Texte court", en: "Short text" },
        longText: { fr: "Texte long", en: "Long text" },
        email: { fr: "Adresse e-mail", en: "E-mail address" },
        phone: { fr: "Téléphone", en: "Phone" },
        choice: { fr: "Choix", en: "Choice" },
        date: { fr: "Date", en: "Date" },
        consent: { fr: "Accord à cocher", en: "Consent to tick" },
        file: { fr: "Fichier", en: "File" },
      },
    },
  ),
  label: accountField(words(200), { fr: "Question", en: "Question" }),
  required: accountField(z.boolean().default(false), { fr: "Réponse obligatoire", en: "An answer is needed" }),
  options: accountField(
    z
      .array(
        z.strictObject({
          id: accountField(
            z.string().min(1).max(60),
            { fr: "Nom technique", en: "Technical name" },
            { advanced: true },
          ),
          label: accountField(words(120), { fr: "Réponse", en: "Answer" }),
        }),
      )
      .max(50)
      .optional(),
    { fr: "Réponses proposées", en: "Answers to choose from" },
    { help: { fr: "Pour un choix.", en: "For a choice." } },
  ),
  help: accountField(words(300).optional(), { fr: "Aide sous la question", en: "Help below it" }, { advanced: true }),
  id: accountField(
    z.string().regex(/^[a-zA-Z][a-zA-Z0-9-]{0,39}$/),
    { fr: "Nom technique", en: "Technical name" },
    { advanced: true },
  ),
  maxFiles: accountField(
    z.int().min(1).max(MOST_FILES).optional(),
    { fr: "Fichiers au plus", en: "Files at most" },
    { advanced: true },
  ),
  to: accountField(
    target.optional(),
    { fr: "Où va la réponse", en: "Where the answer goes" },
    { advanced: true, help: { fr: "En plus du message.", en: "Besides the message." } },
  ),
});
export type FormField = z.infer<typeof formField>;

const color = z.string().regex(/^#[0-9a-fA-F]{6}$/);

/** What anybody may see of a form: what its page is drawn from. */
export const formFace = z.object({
  formId: accountField(
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,59}$/)
      .default("contact"),
    { fr: "Nom technique", en: "Technical name" },
    {
      placeholder: "contact",
      help: {
        fr: "La fin de l'adresse de la page : /forms/contact.",
        en: "The end of the page's address: /forms/contact.",
      },
    },
  ),
  title: accountField(words(80).default({ fr: "Écrivez-nous", en: "Write to us" }), { fr: "Titre", en: "Title" }),
  intro: accountField(words(500).optional(), { fr: "Introduction", en: "Introduction" }, { control: "longText" }),
  fields: accountField(
    z
      .array(formField)
      .min(1)
      .max(30)
      .refine((fields) => new Set(fields.map(({ id }) => id)).size === fields.length, {
        message: "two fields have the same id",
        params: { fr: "Deux questions ont le même nom technique.", en: "Two questions have the same technical name." },
      })
      .refine((fields) => fields.every(({ kind, options }) => kind !== "choice" || (options?.length ?? 0) > 0), {
        message: "a choice needs options",
        params: { fr: "Un choix a besoin de réponses proposées.", en: "A choice needs answers to choose from." },
      })
      .default([
        {
          id: "name",
          kind: "text",
          label: { fr: "Votre nom", en: "Your name" },
          required: true,
          to: { type: "contact", field: "name" },
        },
        {
          id: "email",
          kind: "email",
          label: { fr: "Adresse e-mail", en: "E-mail address" },
          required: false,
          to: { type: "contact", field: "email" },
        },
        {
          id: "phone",
          kind: "phone",
          label: { fr: "Téléphone", en: "Phone" },
          required: false,
          to: { type: "contact", field: "phone" },
        },
        {
          id: "message",
          kind: "longText",
          label: { fr: "Votre message", en: "Your message" },
          required: true,
          to: { type: "message" },
        },
      ]),
    { fr: "Questions", en: "Questions" },
    { help: { fr: "Ce que le formulaire demande, dans cet ordre.", en: "What the form asks, in this order." } },
  ),
  allowedOrigins: accountField(
    z
      .array(
        z.url({ protocol: /^https?$/ }).refine((url) => new URL(url).origin === url, {
          message: "an origin like https://shop.example.com, no path",
        }),
      )
      .max(50)
      .default([]),
    { fr: "Sites autorisés", en: "Allowed sites" },
    {
      control: "list",
      placeholder: "https://boutique.example.com",
      help: {
        fr: "Les sites qui peuvent afficher ce formulaire ; celui-ci le peut toujours.",
        en: "The sites that may show this form; this one always may.",
      },
    },
  ),
  color: accountField(color.default("#0F7B6C"), { fr: "Couleur", en: "Colour" }, { placeholder: "#0F7B6C" }),
  scheme: accountField(
    z.enum(["auto", "light", "dark"]).default("auto"),
    { fr: "Clair ou sombre", en: "Light or dark" },
    {
      choices: {
        auto: { fr: "Comme l'appareil du visiteur", en: "As the visitor's device" },
        light: { fr: "Clair", en: "Light" },
        dark: { fr: "Sombre", en: "Dark" },
      },
    },
  ),
  corner: accountField(
    z.int().min(0).max(24).default(10),
    { fr: "Arrondi des coins", en: "Roundness of corners" },
    { help: { fr: "En pixels, de 0 à 24.", en: "In pixels, 0 to 24." }, advanced: true },
  ),
  thanks: accountField(words(500).optional(), { fr: "Remerciement", en: "Thank you" }, { control: "longText" }),
  thanksUrl: accountField(
    z.url({ protocol: /^https?$/ }).optional(),
    { fr: "Page après l'envoi", en: "Page after sending" },
    {
      control: "url",
      advanced: true,
      help: { fr: "Vide : une page de remerciement est affichée.", en: "Empty: a page that thanks is shown." },
    },
  ),
});
export type FormFace = z.infer<typeof formFace>;

/** The text in the reader's language: French, or English for everybody else. */
export function wordsIn(text: FormWords, language: string): string {
  return typeof text === "string" ? text : language.startsWith("fr") ? text.fr : text.en;
}

/** What was answered: by field, and the files that came with it. As the engine hands it to the channel. */
export const filledForm = z.strictObject({
  language: z.string().regex(/^[a-z]{2}$/),
  values: z.record(z.string().max(60), z.string().max(20_000)),
  files: z.record(
    z.string().max(60),
    z
      .array(
        z.strictObject({
          /** Absent while it is only checked. */
          path: z
            .string()
            .regex(/^[0-9a-f]{64}$/)
            .optional(),
          mimeType: z.string().max(100),
          fileName: z.string().max(200),
          sizeBytes: z.int().positive(),
        }),
      )
      .max(MOST_FILES),
  ),
});
export type FilledForm = z.infer<typeof filledForm>;

/** Why a form was not taken, by field; the words are the reader's. */
export interface FormRefusal {
  readonly error: string;
  readonly fields: Readonly<Record<string, string>>;
}
