import { z } from "zod";
import { channel } from "../../engine/core/domain/channel.ts";
import { handshake, receive } from "./receive.ts";
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
    phoneNumberId: z.string().regex(/^\d{3,32}$/),
    businessAccountId: z.string().max(64).default(""),
    accessToken: z.string().min(1).meta({ secret: true }),
    appSecret: z.string().min(1).meta({ secret: true }),
    verifyToken: z.string().default("").meta({ secret: true }),
    graphVersion: z
      .string()
      .regex(/^v\d{1,3}\.\d$/)
      .default("v25.0"),
    messagesPerSecond: z.number().int().min(1).max(1_000_000).default(80),
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
  typing,
});
