import { z } from "zod";
import { accountField } from "../../engine/core/domain/account-field.ts";
import { type Capabilities, channel } from "../../engine/core/domain/channel.ts";
import { paceField, type TwilioAccount, twilioFields } from "../shared/twilio-account.ts";
import { explain } from "../shared/twilio-errors.ts";
import { twilioHistory } from "../shared/twilio-history.ts";
import { fetchMedia } from "../shared/twilio-media.ts";
import { isOfWhatsapp, receiveTwilio } from "../shared/twilio-webhook.ts";
import { judge, probe } from "./probe.ts";
import { dialect } from "./receive.ts";
import { render, typing } from "./render.ts";
import { settle } from "./settle.ts";

/** A WhatsApp number that Twilio speaks for. */
export interface WhatsappTwilioAccount extends TwilioAccount {
  /** E.164, without `whatsapp:`. */
  readonly from: string;
  /** Buttons and lists, which Twilio keeps as Content resources; false: numbered text. */
  readonly buttons?: boolean | undefined;
}

const MB = 1024 * 1024;

/** Limits from platform facts B.5 and B.6, a few percent below Twilio's own. */
const capabilities: Capabilities = {
  maxTextLength: 1600,
  buttons: { max: 3, labelLength: 20, textLength: 1000 },
  list: { max: 10, labelLength: 24, descriptionLength: 72, openLength: 20, textLength: 1000 },
  headerLength: 0,
  footerLength: 0,
  choiceIdLength: 200,
  media: {
    image: { maxBytes: 5 * MB, mimeTypes: ["image/jpeg", "image/png"], captionLength: 1000 },
    video: { maxBytes: 16 * MB, mimeTypes: ["video/mp4"], captionLength: 1000 },
    audio: { maxBytes: 16 * MB, mimeTypes: ["audio/ogg", "audio/mpeg", "audio/mp4", "audio/amr"], captionLength: 0 },
    document: { maxBytes: 16 * MB, mimeTypes: [], captionLength: 1000 },
  },
  linkButton: null,
  location: true,
  locationRequest: false,
  contacts: false,
  reaction: false,
  template: true,
  products: false,
  typing: true,
  serviceWindowHours: 24,
  pace: { account: { perSecond: 80, burst: 80 }, recipient: { perSecond: 1 / 6, burst: 45 } },
  unknownPolicy: "resend",
  evidence: true,
  identityKinds: ["phone", "whatsappUser"],
  markup: "whatsapp",
};

/** WhatsApp through Twilio (platform facts B.6): Twilio's wire, WhatsApp's window and limits. */
export const whatsappTwilio = channel<WhatsappTwilioAccount>({
  type: "whatsappTwilio",
  label: { fr: "WhatsApp (Twilio)", en: "WhatsApp (Twilio)" },
  capabilities,
  capabilitiesFor: ({ buttons }) => (buttons === false ? { ...capabilities, buttons: null, list: null } : capabilities),
  account: z.object({
    ...twilioFields,
    from: accountField(
      z.string().regex(/^\+\d{4,15}$/),
      { fr: "Numéro WhatsApp", en: "WhatsApp number" },
      {
        control: "phone",
        help: {
          fr: "Le numéro inscrit sous Messaging › Senders › WhatsApp senders, avec son indicatif.",
          en: "The number registered under Messaging › Senders › WhatsApp senders, with its country code.",
        },
        placeholder: "+33199000001",
        wrong: {
          fr: "Un numéro avec son indicatif, sans « whatsapp: ».",
          en: 'A number with its country code, without "whatsapp:".',
        },
      },
    ),
    buttons: accountField(
      z.boolean().default(true),
      { fr: "Boutons et listes", en: "Buttons and lists" },
      {
        advanced: true,
        help: {
          fr: "Twilio les garde comme modèles « Content ». Sans eux, les choix sont numérotés.",
          en: "Twilio keeps them as Content templates. Without them, choices are numbered.",
        },
      },
    ),
    messagesPerSecond: paceField(80),
  }) as unknown as z.ZodType<WhatsappTwilioAccount>,
  base: "twilio",
  webhookPath: "/webhook/twilio",
  isFor: isOfWhatsapp,
  address: ({ accountSid, from }) => `${accountSid}/whatsapp:${from}`,
  perSecond: ({ messagesPerSecond }) => messagesPerSecond ?? capabilities.pace.account.perSecond,
  receive: (request, accounts) => receiveTwilio(dialect, request, accounts),
  render,
  settle,
  explain,
  fetchMedia,
  history: twilioHistory(dialect),
  probe,
  judge,
  typing,
});
