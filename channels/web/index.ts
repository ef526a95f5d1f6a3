import { z } from "zod";
import { accountField } from "../../engine/core/domain/account-field.ts";
import {
  type Account,
  type Call,
  channel,
  type Received,
  type WebhookRequest,
} from "../../engine/core/domain/channel.ts";
import { type ChatLook, chatLook } from "../../engine/core/domain/chat.ts";
import { LIMITS } from "../../engine/core/domain/limits.ts";
import type { InboundContent } from "../../engine/core/domain/message.ts";
import { plainAnswer } from "../shared/answers.ts";

/** A web chat: where it may be embedded, how it presents itself, and who may say who a visitor is. */
export interface WebAccount extends ChatLook {
  readonly widgetId: string;
  /** Origins of other sites that may embed it, e.g. `https://shop.example.com`; our own always may. */
  readonly allowedOrigins: readonly string[];
  /** The site's server signs with it who the visitor is (JWT, HS256); absent: nobody can sign in. */
  readonly identitySecret?: string | undefined;
}

const account = chatLook.extend({
  allowedOrigins: accountField(
    z.array(z.url({ protocol: /^https?$/ })).default([]),
    { fr: "Sites autorisés", en: "Allowed sites" },
    {
      control: "list",
      placeholder: "https://boutique.example.com",
      help: {
        fr: "Les sites qui peuvent afficher ce chat ; celui-ci le peut toujours.",
        en: "The sites that may show this chat; this one always may.",
      },
    },
  ),
  identitySecret: accountField(
    z.string().min(32).max(200).optional(),
    { fr: "Secret pour reconnaître vos clients", en: "Secret to recognise your customers" },
    {
      secret: true,
      generated: true,
      advanced: true,
      help: {
        fr: "Votre site signe avec lui qui est connecté (JWT, HS256). Ne le mettez jamais dans une page.",
        en: "Your site signs with it who is signed in (JWT, HS256). Never put it into a page.",
      },
    },
  ),
  widgetId: accountField(
    z
      .string()
      .regex(/^[\w-]{1,64}$/)
      .default("default"),
    { fr: "Nom technique", en: "Technical name" },
    {
      advanced: true,
      help: { fr: "Le data-account du script sur vos pages.", en: "The data-account of the script on your pages." },
    },
  ),
}) as unknown as z.ZodType<WebAccount>;

const TEXT_LENGTH = LIMITS.chatTextChars;

/** All that a visitor can say: nothing about who speaks, which flow runs or what anything costs. */
const said = z.strictObject({
  clientMessageId: z.uuid(),
  text: z.string().trim().min(1).max(TEXT_LENGTH).optional(),
  choice: z.strictObject({ id: z.string().min(1).max(200), label: z.string().min(1).max(200) }).optional(),
  file: z
    .strictObject({
      path: z.string().regex(/^[0-9a-f]{64}$/),
      mimeType: z.string().max(100),
      fileName: z.string().max(200),
      sizeBytes: z.int().positive(),
    })
    .optional(),
  language: z
    .string()
    .regex(/^[a-z]{2}$/)
    .optional(),
});

/** The visitor has been authenticated by the server: their identity is not in the body. */
function receive(request: WebhookRequest, accounts: readonly Account<WebAccount>[]): Received {
  const nothing = { events: [], setAside: [], misrouted: 0 };
  const { visitor } = request;
  if (!visitor || !accounts.some(({ id }) => id === visitor.accountId))
    return { ...nothing, verdict: "forged", response: plainAnswer(401) };
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder().decode(request.body));
  } catch {
    return { ...nothing, verdict: "invalid", response: plainAnswer(400, "not JSON") };
  }
  const parsed = said.safeParse(body);
  const content = parsed.success ? contentOf(parsed.data) : null;
  if (!parsed.success || !content)
    return { ...nothing, verdict: "invalid", response: plainAnswer(400, "not a message") };
  const { clientMessageId, language } = parsed.data;
  const externalId = `${visitor.visitorId.slice(0, 24)}:${clientMessageId}`;
  return {
    verdict: "accepted",
    events: [
      {
        type: "message",
        accountId: visitor.accountId,
        dedupeKey: externalId,
        externalId,
        at: request.receivedAt,
        from: { identities: [{ kind: "visitor", value: visitor.visitorId }], ...(language ? { language } : {}) },
        content,
      },
    ],
    setAside: [],
    misrouted: 0,
    response: plainAnswer(202),
  };
}

function contentOf(message: z.infer<typeof said>): InboundContent | null {
  const { text, choice, file } = message;
  if ([text, choice, file].filter((one) => one !== undefined).length !== 1) return null;
  if (text !== undefined) return { type: "text", text };
  if (choice) return { type: "choice", ...choice };
  if (!file) return null;
  const kind = file.mimeType.startsWith("image/")
    ? "image"
    : file.mimeType.startsWith("audio/")
      ? "audio"
      : file.mimeType.startsWith("video/")
        ? "video"
        : "document";
  return {
    type: "media",
    media: { kind, path: file.path, mimeType: file.mimeType, fileName: file.fileName, sizeBytes: file.sizeBytes },
  };
}

/** Our own answer to a push: the id under which the line is known. */
const pushed = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: "custom", message: "not JSON" });
      return z.NEVER;
    }
  })
  .pipe(z.object({ id: z.string().min(1) }));

const PUSH: Call = { purpose: "send", via: "push", method: "POST", url: "", headers: {}, body: { type: "none" } };

/** The chat on the business's own pages: shown by this server, so that nothing can be lost on the way. */
export const web = channel<WebAccount>({
  type: "web",
  label: { fr: "Chat web", en: "Web chat" },
  capabilities: {
    maxTextLength: TEXT_LENGTH,
    buttons: { max: 10, labelLength: 40, textLength: TEXT_LENGTH },
    list: { max: 30, labelLength: 80, descriptionLength: 200, openLength: 40, textLength: TEXT_LENGTH },
    headerLength: 80,
    footerLength: 80,
    choiceIdLength: 200,
    media: {
      image: { maxBytes: 16_000_000, mimeTypes: [], captionLength: 1000 },
      video: { maxBytes: 16_000_000, mimeTypes: [], captionLength: 1000 },
      audio: { maxBytes: 16_000_000, mimeTypes: [], captionLength: 1000 },
      document: { maxBytes: 16_000_000, mimeTypes: [], captionLength: 1000 },
    },
    linkButton: { labelLength: 40, textLength: TEXT_LENGTH },
    location: true,
    locationRequest: false,
    contacts: true,
    reaction: false,
    template: false,
    products: false,
    typing: true,
    serviceWindowHours: null,
    pace: { account: { perSecond: 5000, burst: 5000 }, recipient: null },
    unknownPolicy: "resend",
    evidence: false,
    identityKinds: ["visitor", "siteUser"],
    markup: "none",
  },
  account,
  address: ({ widgetId }) => widgetId,
  receive,
  render: () => [PUSH],
  settle: (response) => {
    const said = pushed.safeParse(response.body);
    return said.success
      ? { type: "sent", externalId: said.data.id }
      : { type: "unknown", detail: "not an answer of our own" };
  },
});
