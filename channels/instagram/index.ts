import { z } from "zod";
import { channel } from "../../engine/core/domain/channel.ts";
import {
  accountFields,
  instagramId,
  linkedPageId,
  type MessagingAccount,
  type Product,
} from "../shared/messaging/account.ts";
import { instagramSteps } from "../shared/messaging/probe.ts";
import { profileCalls, readProfile } from "../shared/messaging/profile.ts";
import { receiver, speaksOf } from "../shared/messaging/receive.ts";
import { fetchMedia, renderer, typingOf } from "../shared/messaging/render.ts";
import { settle } from "../shared/messaging/settle.ts";
import { judgeSteps } from "../shared/meta-probe.ts";
import { handshake } from "../shared/meta-webhook.ts";

/** One professional Instagram account, with the Facebook page that it is linked to and the app that speaks for it. */
export interface InstagramAccount extends MessagingAccount {
  readonly instagramId: string;
  /** The linked page, for the test of the connection; the token is this page's. */
  readonly pageId: string;
}

const MB = 1024 * 1024;

export const product: Product<InstagramAccount> = {
  object: "instagram",
  name: "Instagram",
  code: "instagram",
  identityKind: "instagramUser",
  address: ({ instagramId }) => instagramId,
  uploadFields: { platform: "instagram" },
  profileFields: ["name,username"],
};

/**
 * Instagram messages. Texts are counted in bytes; files are fewer kinds; cards, buttons and quick replies are shown by
 * the app and not by the web site; nothing is told of delivery, only of reading (Meta's Instagram Messaging, read
 * 2026-11-21).
 */
export const instagram = channel<InstagramAccount>({
  type: "instagram",
  label: { fr: "Instagram", en: "Instagram" },
  capabilities: {
    maxTextLength: 1000,
    maxTextBytes: 1000,
    buttons: { max: 13, labelLength: 20, textLength: 1000 },
    list: { max: 10, labelLength: 80, descriptionLength: 80, openLength: 20, textLength: 1000, cards: true },
    headerLength: 0,
    footerLength: 0,
    choiceIdLength: 1000,
    media: {
      image: { maxBytes: 8 * MB, mimeTypes: ["image/jpeg", "image/png", "image/gif"], captionLength: 0 },
      video: {
        maxBytes: 25 * MB,
        mimeTypes: ["video/mp4", "video/ogg", "video/x-msvideo", "video/quicktime", "video/webm"],
        captionLength: 0,
      },
      audio: { maxBytes: 25 * MB, mimeTypes: ["audio/aac", "audio/mp4", "audio/wav"], captionLength: 0 },
      document: { maxBytes: 25 * MB, mimeTypes: ["application/pdf"], captionLength: 0 },
    },
    linkButton: { labelLength: 20, textLength: 640 },
    location: false,
    locationRequest: false,
    contacts: false,
    reaction: false,
    template: false,
    products: false,
    typing: true,
    serviceWindowHours: 24,
    agentWindowHours: 7 * 24,
    pace: { account: { perSecond: 40, burst: 80 }, recipient: null },
    unknownPolicy: "resend",
    evidence: true,
    watermarks: true,
    profile: true,
    identityKinds: ["instagramUser"],
    markup: "none",
  },
  account: z.object({
    instagramId,
    pageId: linkedPageId,
    ...accountFields,
  }) as unknown as z.ZodType<InstagramAccount>,
  base: "graph",
  webhookPath: "/webhook/messenger",
  isFor: speaksOf(product.object),
  address: product.address,
  perSecond: ({ messagesPerSecond }) => messagesPerSecond,
  handshake,
  receive: receiver(product),
  render: renderer(product),
  settle,
  fetchMedia,
  probe: ({ config }, context) => instagramSteps(config, context).map(({ call }) => call),
  judge: (answers, { config }, context) => judgeSteps(instagramSteps(config, context), answers),
  typing: typingOf(product),
  lookUpProfile: profileCalls(product),
  readProfile,
});
