import { z } from "zod";
import { accountField } from "../../engine/core/domain/account-field.ts";
import { channel } from "../../engine/core/domain/channel.ts";
import { handshake } from "../shared/meta-webhook.ts";
import { judge, probe } from "./probe.ts";
import { receive } from "./receive.ts";
import { fetchMedia, render, typing } from "./render.ts";
import { settle } from "./settle.ts";

/** One WhatsApp number of a business account, with the app that speaks for it. */
export interface WhatsappAccount {
  readonly phoneNumberId: string;
  readonly businessAccountId: string;
  readonly accessToken: string;
  readonly appSecret: string;
  readonly verifyToken: string;
  readonly graphVersion: string;
  /** What Meta lets this number send: 80 at first, 20 with the phone app beside it, up to 1,000 after an upgrade. */
  readonly messagesPerSecond: number;
}

const MB = 1024 * 1024;

/** WhatsApp Cloud API (Meta Graph). Limits from platform facts A.8 to A.10, a few percent below Meta's own. */
export const whatsapp = channel<WhatsappAccount>({
  type: "whatsapp",
  label: { fr: "WhatsApp", en: "WhatsApp" },
  capabilities: {
    maxTextLength: 4000,
    buttons: { max: 3, labelLength: 20, textLength: 1000 },
    list: { max: 10, labelLength: 24, descriptionLength: 72, openLength: 20, textLength: 1000 },
    headerLength: 60,
    footerLength: 60,
    choiceIdLength: 200,
    media: {
      image: { maxBytes: 5 * MB, mimeTypes: ["image/jpeg", "image/png"], captionLength: 1000 },
      video: { maxBytes: 16 * MB, mimeTypes: ["video/mp4", "video/3gpp"], captionLength: 1000 },
      audio: {
        maxBytes: 16 * MB,
        mimeTypes: ["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"],
        captionLength: 0,
      },
      document: { maxBytes: 100 * MB, mimeTypes: [], captionLength: 1000 },
      sticker: { maxBytes: 100 * 1024, mimeTypes: ["image/webp"], captionLength: 0 },
    },
    linkButton: { labelLength: 20, textLength: 1000 },
    location: true,
    locationRequest: true,
    contacts: true,
    reaction: true,
    template: true,
    products: true,
    typing: true,
    serviceWindowHours: 24,
    pace: { account: { perSecond: 80, burst: 80 }, recipient: { perSecond: 1 / 6, burst: 45 } },
    unknownPolicy: "resend",
    evidence: true,
    identityKinds: ["phone", "whatsappUser", "whatsappParent"],
    markup: "whatsapp",
  },
  account: z.object({
    phoneNumberId: accountField(
      z.string().regex(/^\d{3,32}$/),
      { fr: "Identifiant du numéro", en: "Phone number id" },
      {
        help: {
          fr: "Dans Meta for Developers : WhatsApp › Configuration de l’API. Ce n’est pas le numéro lui-même.",
          en: "In Meta for Developers: WhatsApp › API setup. It is not the number itself.",
        },
        placeholder: "123456789012345",
        wrong: {
          fr: "Des chiffres seulement : c’est l’identifiant que Meta affiche sous le numéro.",
          en: "Digits only: the id that Meta shows below the number.",
        },
      },
    ),
    businessAccountId: accountField(
      z.string().max(64).default(""),
      { fr: "Identifiant du compte WhatsApp Business", en: "WhatsApp Business account id" },
      {
        help: {
          fr: "Sur la même page, juste en dessous. Sert aux modèles de messages et à la vérification de l’abonnement.",
          en: "On the same page, just below. Used for message templates and to check the subscription.",
        },
        placeholder: "109876543210987",
      },
    ),
    accessToken: accountField(
      z.string().min(1),
      { fr: "Jeton d’accès permanent", en: "Permanent access token" },
      {
        secret: true,
        help: {
          fr: "Celui d’un utilisateur système (Paramètres de l’entreprise › Utilisateurs système). Le jeton de la page de démarrage ne dure qu’un jour.",
          en: "That of a system user (Business settings › System users). The one on the start page lasts a day only.",
        },
      },
    ),
    appSecret: accountField(
      z.string().min(1),
      { fr: "Clé secrète de l’application", en: "App secret" },
      {
        secret: true,
        help: {
          fr: "Paramètres de l’application › Général. Prouve que les messages reçus viennent bien de Meta.",
          en: "App settings › Basic. Proves that what comes in is from Meta.",
        },
      },
    ),
    verifyToken: accountField(
      z.string().max(200).default(""),
      { fr: "Jeton de vérification", en: "Verify token" },
      {
        secret: true,
        generated: true,
        help: {
          fr: "À coller chez Meta à côté de l’adresse de rappel. Laissez vide : nous en créons un.",
          en: "To be pasted at Meta next to the callback URL. Leave it empty and we make one.",
        },
      },
    ),
    graphVersion: accountField(
      z
        .string()
        .regex(/^v\d{1,3}\.\d$/)
        .default("v25.0"),
      { fr: "Version de l’API Graph", en: "Graph API version" },
      { advanced: true, placeholder: "v25.0" },
    ),
    messagesPerSecond: accountField(
      z.number().int().min(1).max(1_000_000).default(80),
      { fr: "Messages par seconde", en: "Messages per second" },
      {
        advanced: true,
        help: {
          fr: "Ce que Meta accorde à ce numéro : 80 au début, 20 si l’application WhatsApp Business reste sur le téléphone.",
          en: "What Meta allows this number: 80 at first, 20 with the WhatsApp Business app on the phone.",
        },
      },
    ),
  }) as unknown as z.ZodType<WhatsappAccount>,
  base: "graph",
  webhookPath: "/webhook/whatsapp",
  address: ({ phoneNumberId }) => phoneNumberId,
  perSecond: ({ messagesPerSecond }) => messagesPerSecond,
  handshake,
  receive,
  render,
  settle,
  fetchMedia,
  probe,
  judge,
  typing,
});
