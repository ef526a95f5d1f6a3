import { z } from "zod";
import { channel } from "../../engine/core/domain/channel.ts";
import { accountFields, type MessagingAccount, type Product, pageId } from "../shared/messaging/account.ts";
import { pageSteps } from "../shared/messaging/probe.ts";
import { profileCalls, readProfile } from "../shared/messaging/profile.ts";
import { receiver, speaksOf } from "../shared/messaging/receive.ts";
import { fetchMedia, renderer, typingOf } from "../shared/messaging/render.ts";
import { settle } from "../shared/messaging/settle.ts";
import { judgeSteps } from "../shared/meta-probe.ts";
import { handshake } from "../shared/meta-webhook.ts";

/** One Facebook page, with the app that speaks for it. */
export interface MessengerAccount extends MessagingAccount {
  readonly pageId: string;
}

const MB = 1024 * 1024;

export const product: Product<MessengerAccount> = {
  object: "page",
  name: "Messenger",
  code: "messenger",
  identityKind: "messengerUser",
  address: ({ pageId }) => pageId,
  uploadFields: {},
  profileFields: ["first_name,last_name,name,locale", "first_name,last_name,name"],
};

/** Facebook Messenger. Limits from platform facts C.2, a little below Meta's own where it does not say what it counts. */
export const messenger = channel<MessengerAccount>({
  type: "messenger",
  label: { fr: "Messenger", en: "Messenger" },
  capabilities: {
    maxTextLength: 1950,
    buttons: { max: 13, labelLength: 20, textLength: 1950 },
    list: { max: 10, labelLength: 80, descriptionLength: 80, openLength: 20, textLength: 1950, cards: true },
    headerLength: 0,
    footerLength: 0,
    choiceIdLength: 1000,
    media: {
      image: { maxBytes: 8 * MB, mimeTypes: ["image/jpeg", "image/png", "image/gif"], captionLength: 0 },
      video: { maxBytes: 25 * MB, mimeTypes: ["video/mp4", "video/quicktime", "video/webm"], captionLength: 0 },
      audio: {
        maxBytes: 25 * MB,
        mimeTypes: ["audio/mpeg", "audio/mp4", "audio/aac", "audio/wav", "audio/ogg"],
        captionLength: 0,
      },
      document: { maxBytes: 25 * MB, mimeTypes: [], captionLength: 0 },
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
    identityKinds: ["messengerUser"],
    markup: "none",
  },
  account: z.object({ pageId, ...accountFields }) as unknown as z.ZodType<MessengerAccount>,
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
  probe: ({ config }, context) => pageSteps(config, context).map(({ call }) => call),
  judge: (answers, { config }, context) => judgeSteps(pageSteps(config, context), answers),
  typing: typingOf(product),
  lookUpProfile: profileCalls(product),
  readProfile,
});
