import { z } from "zod";
import { accountField } from "../../engine/core/domain/account-field.ts";
import { type Capabilities, channel, type WebhookRequest } from "../../engine/core/domain/channel.ts";
import { paceField, type TwilioAccount, twilioFields } from "../shared/twilio-account.ts";
import { explain } from "../shared/twilio-errors.ts";
import { twilioHistory } from "../shared/twilio-history.ts";
import { fetchMedia } from "../shared/twilio-media.ts";
import { settle } from "../shared/twilio-settle.ts";
import { isOfWhatsapp, receiveTwilio } from "../shared/twilio-webhook.ts";
import { judge, probe } from "./probe.ts";
import { dialect } from "./receive.ts";
import { render } from "./render.ts";

/** A Twilio number that sends and receives text messages. */
export interface SmsAccount extends TwilioAccount {
  /** E.164, a short code, or the name that is shown as sender (one-way); empty when a messaging service chooses. */
  readonly from: string;
  /** Whether pictures may be sent (MMS): in the United States, Canada and Australia mostly, not in France. */
  readonly mms?: boolean | undefined;
}

const MB = 1024 * 1024;

const capabilities: Capabilities = {
  maxTextLength: 1600,
  buttons: null,
  list: null,
  headerLength: 0,
  footerLength: 0,
  choiceIdLength: 200,
  media: {},
  linkButton: null,
  location: false,
  locationRequest: false,
  contacts: false,
  reaction: false,
  template: false,
  products: false,
  typing: false,
  serviceWindowHours: null,
  pace: { account: { perSecond: 10, burst: 20 }, recipient: null },
  unknownPolicy: "resend",
  evidence: true,
  identityKinds: ["phone"],
  charged: "parts",
  markup: "none",
};

/** Pictures up to 5 MB, everything else up to 500 KB (platform facts B.5). */
const mmsMedia: Capabilities["media"] = {
  image: { maxBytes: 5 * MB, mimeTypes: ["image/jpeg", "image/png", "image/gif"], captionLength: 1600 },
  video: { maxBytes: 500_000, mimeTypes: [], captionLength: 1600 },
  audio: { maxBytes: 500_000, mimeTypes: [], captionLength: 1600 },
  document: { maxBytes: 500_000, mimeTypes: [], captionLength: 1600 },
};

/** Text messages through Twilio (platform facts B). Buttons become numbers; files become links, or MMS where allowed. */
export const sms = channel<SmsAccount>({
  type: "sms",
  label: { fr: "SMS", en: "SMS" },
  capabilities,
  capabilitiesFor: ({ mms }) => (mms ? { ...capabilities, media: mmsMedia } : capabilities),
  account: z
    .object({
      ...twilioFields,
      from: accountField(
        z
          .string()
          .regex(/^(\+\d{4,15}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}|)$/)
          .default(""),
        { fr: "Numéro", en: "Number" },
        {
          control: "text",
          help: {
            fr: "Avec son indicatif. Aussi : un numéro court, ou un nom d'expéditeur auquel on ne peut pas répondre. En France, les opérateurs bloquent les 06 et 07.",
            en: "With its country code. Also: a short code, or a sender name that nobody can answer. In France carriers block mobile numbers (+33 6, +33 7).",
          },
          placeholder: "+33199000001",
          wrong: {
            fr: "Un numéro avec son indicatif (+33…), un numéro court, ou un nom de 11 lettres au plus.",
            en: "A number with its country code (+33…), a short code, or a name of at most 11 letters.",
          },
        },
      ),
      mms: accountField(
        z.boolean().default(false),
        { fr: "Envoyer les images en MMS", en: "Send pictures as MMS" },
        {
          advanced: true,
          help: {
            fr: "États-Unis, Canada et Australie surtout, pas la France : sinon les images partent sous forme de lien.",
            en: "The United States, Canada and Australia mostly, not France: otherwise pictures go as a link.",
          },
        },
      ),
      messagesPerSecond: paceField(10),
    })
    .refine(({ from, messagingServiceSid }) => from !== "" || messagingServiceSid !== "", {
      path: ["from"],
      message: "a number, a sender name or a messaging service is needed",
      params: {
        fr: "Indiquez un numéro, un nom d’expéditeur, ou un service de messagerie.",
        en: "Give a number, a sender name, or a messaging service.",
      },
    }) as unknown as z.ZodType<SmsAccount>,
  base: "twilio",
  webhookPath: "/webhook/twilio",
  isFor: (request: WebhookRequest) => !isOfWhatsapp(request),
  address: ({ accountSid, from, messagingServiceSid }) => `${accountSid}/${from || messagingServiceSid}`,
  perSecond: ({ messagesPerSecond }) => messagesPerSecond ?? capabilities.pace.account.perSecond,
  receive: (request, accounts) => receiveTwilio(dialect, request, accounts),
  render,
  settle,
  explain,
  fetchMedia,
  history: twilioHistory(dialect),
  probe,
  judge,
});
