import { z } from "zod";
import { accountField } from "./account-field.ts";

/**
 * What a visitor may know of a web chat: how it looks and how it greets. Tokens only: no style sheets, no markup and no
 * addresses but a picture's.
 */

const color = z.string().regex(/^#[0-9a-fA-F]{6}$/);
const greeting = z.union([z.string().max(300), z.strictObject({ fr: z.string().max(300), en: z.string().max(300) })]);

export const chatLook = z.object({
  title: accountField(
    z.string().max(60).default(""),
    { fr: "Titre", en: "Title" },
    {
      help: {
        fr: "En haut du chat, par exemple le nom de la boutique.",
        en: "Above the chat, e.g. the name of the shop.",
      },
    },
  ),
  color: accountField(color.default("#0F7B6C"), { fr: "Couleur", en: "Colour" }, { placeholder: "#0F7B6C" }),
  greeting: accountField(
    greeting.optional(),
    { fr: "Mot d'accueil", en: "Greeting" },
    {
      control: "longText",
      placeholder: "Bonjour ! Comment puis-je vous aider ?",
      help: { fr: "Se lit avant le premier message.", en: "Is read before the first message." },
    },
  ),
  position: accountField(
    z.enum(["right", "left"]).default("right"),
    { fr: "Côté de la page", en: "Side of the page" },
    {
      choices: { right: { fr: "À droite", en: "Right" }, left: { fr: "À gauche", en: "Left" } },
    },
  ),
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
    z.int().min(0).max(24).default(16),
    { fr: "Arrondi des coins", en: "Roundness of corners" },
    { help: { fr: "En pixels, de 0 à 24.", en: "In pixels, 0 to 24." }, advanced: true },
  ),
  avatarUrl: accountField(
    z
      .url({ protocol: /^https$/ })
      .max(500)
      .optional(),
    { fr: "Image du chat", en: "Picture of the chat" },
    { control: "url", placeholder: "https://boutique.example.com/logo.png", advanced: true },
  ),
  sound: accountField(
    z.boolean().default(false),
    { fr: "Son à l'arrivée d'une réponse", en: "Sound when an answer comes" },
    { help: { fr: "Le visiteur peut toujours le couper.", en: "The visitor can always turn it off." }, advanced: true },
  ),
});
export type ChatLook = z.infer<typeof chatLook>;
