import { createHmac } from "node:crypto";
import type {
  Account,
  Call,
  Channel,
  ChannelType,
  Recipient,
  WebhookRequest,
} from "../../engine/core/domain/channel.ts";

/** The secrets that every channel's cases are signed with. */
export const APP_SECRET = "app-secret-for-tests";
export const AUTH_TOKEN = "test-auth-token";
export const ACCOUNT_SID = "AC00000000000000000000000000000000";
export const PUBLIC_URL = "https://bot.example.com";
const RECEIVED_AT = "2026-11-20T10:00:00.000Z";

/** One account per channel, parsed by the channel's own schema. */
const CONFIGS: Readonly<Partial<Record<ChannelType, unknown>>> = {
  whatsapp: {
    phoneNumberId: "100200300",
    businessAccountId: "900800700",
    accessToken: "token-for-tests",
    appSecret: APP_SECRET,
    verifyToken: "verify-me",
  },
  messenger: {
    pageId: "100200300400500",
    accessToken: "token-for-tests",
    appSecret: APP_SECRET,
    verifyToken: "verify-me",
    appId: "700800900",
  },
  instagram: {
    instagramId: "17841400000000001",
    pageId: "100200300400500",
    accessToken: "token-for-tests",
    appSecret: APP_SECRET,
    verifyToken: "verify-me",
    appId: "700800900",
  },
  sms: { accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, from: "+33639980001" },
  whatsappTwilio: { accountSid: ACCOUNT_SID, authToken: AUTH_TOKEN, from: "+33639980001" },
  web: { widgetId: "shop", title: "Boutique" },
  form: {
    formId: "devis",
    title: { fr: "Demande de devis", en: "Ask for a quote" },
    fields: [
      { id: "name", kind: "text", label: "Nom", required: true, to: { type: "contact", field: "name" } },
      { id: "email", kind: "email", label: "E-mail", to: { type: "contact", field: "email" } },
      { id: "phone", kind: "phone", label: "Téléphone", to: { type: "contact", field: "phone" } },
      { id: "city", kind: "text", label: "Ville", to: { type: "contact", field: "city" } },
      {
        id: "service",
        kind: "choice",
        label: { fr: "Prestation", en: "Service" },
        options: [
          { id: "cut", label: { fr: "Coupe", en: "Haircut" } },
          { id: "color", label: { fr: "Couleur", en: "Colour" } },
        ],
        to: { type: "variable", name: "service" },
      },
      { id: "day", kind: "date", label: "Jour souhaité", to: { type: "variable", name: "day" } },
      { id: "photos", kind: "file", label: "Photos", maxFiles: 2 },
      { id: "message", kind: "longText", label: "Message", required: true, to: { type: "message" } },
      { id: "agree", kind: "consent", label: "J'accepte d'être recontacté", required: true },
    ],
    answerBy: [
      {
        channel: "whatsapp",
        template: {
          name: "devis_recu",
          language: "fr",
          fields: ["name", "service"],
          text: "Bonjour, votre demande est là.",
        },
      },
      { channel: "sms" },
      { channel: "email", account: "atelier" },
    ],
  },
  email: {
    address: "contact@boutique.example.com",
    name: "Boutique Lumière",
    password: "token-for-tests",
    imapHost: "imap.example.com",
    smtpHost: "smtp.example.com",
    aliases: ["ventes@boutique.example.com"],
  },
};

const RECIPIENTS: Readonly<Partial<Record<ChannelType, Recipient>>> = {
  whatsapp: {
    identities: [
      { kind: "whatsappUser", value: "FR.13491208655302741918" },
      { kind: "phone", value: "+33639981234" },
    ],
  },
  messenger: { identities: [{ kind: "messengerUser", value: "5511000000000001" }] },
  instagram: { identities: [{ kind: "instagramUser", value: "6622000000000001" }] },
  sms: { identities: [{ kind: "phone", value: "+33639981234" }] },
  whatsappTwilio: {
    identities: [
      { kind: "phone", value: "+33639981234" },
      { kind: "whatsappUser", value: "FR.13491208655302741918" },
    ],
  },
  web: { identities: [{ kind: "visitor", value: "vis_1" }] },
  form: { identities: [{ kind: "email", value: "lea@example.com" }] },
  email: { identities: [{ kind: "email", value: "lea.martin@example.com" }] },
};

export function accountOf(channel: Channel, more: object = {}, id = "acc_1"): Account {
  const given = CONFIGS[channel.type];
  if (!given) throw new Error(`give ${channel.type} an account in tests/channels/accounts.ts`);
  return { id: id as Account["id"], config: channel.account.parse({ ...given, ...more }) };
}

export function recipientOf(channel: Channel): Recipient {
  return RECIPIENTS[channel.type] ?? { identities: [] };
}

export function requestOf(
  path: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array | string,
): WebhookRequest {
  const url = new URL(path, PUBLIC_URL);
  const query: Record<string, string[]> = {};
  for (const [name, value] of url.searchParams) query[name] = [...(query[name] ?? []), value];
  return {
    method: "POST",
    url: PUBLIC_URL + path,
    headers,
    query,
    body: typeof body === "string" ? new TextEncoder().encode(body) : body,
    receivedAt: RECEIVED_AT,
  };
}

/** A delivery of Meta's with its signature over these very bytes. */
export function metaRequest(body: Uint8Array | string, secret = APP_SECRET): WebhookRequest {
  const signature = createHmac("sha256", secret).update(body).digest("hex");
  return requestOf("/webhook/whatsapp", { "x-hub-signature-256": `sha256=${signature}` }, body);
}

/** A form of Twilio's; parameters that are not repeated are signed by name. */
export function twilioRequest(
  fields: Readonly<Record<string, string>>,
  { path = "/webhook/twilio", token = AUTH_TOKEN }: { readonly path?: string; readonly token?: string } = {},
): WebhookRequest {
  const text = Object.keys(fields)
    .sort()
    .reduce((sum, name) => sum + name + fields[name], PUBLIC_URL + path);
  const headers = {
    "content-type": "application/x-www-form-urlencoded",
    "x-twilio-signature": createHmac("sha1", token).update(text).digest("base64"),
  };
  return requestOf(path, headers, new URLSearchParams(fields).toString());
}

/** A request in a golden case: as the provider sends it, not yet signed. */
export interface GivenRequest {
  readonly meta?: unknown;
  readonly twilio?: { readonly fields: Readonly<Record<string, string>>; readonly path?: string };
  readonly web?: unknown;
  readonly form?: unknown;
  /** A mail, line by line. Nobody signs mails: the engine fetches them itself, and what it did not fetch is forged. */
  readonly mail?: readonly string[];
  /** How large the mail is, where the engine fetched only its beginning. */
  readonly mailBytes?: number;
  /** Without it the mail came from nowhere: posted by somebody, not fetched. */
  readonly notFetched?: boolean;
  /** The body itself, where it is not JSON. */
  readonly raw?: string;
  /** Replaces the right signature. */
  readonly signature?: string;
}

export function signed(given: GivenRequest): WebhookRequest {
  if (given.twilio) {
    const { fields, path } = given.twilio;
    const request = twilioRequest(fields, path ? { path } : {});
    return given.signature === undefined
      ? request
      : { ...request, headers: { ...request.headers, "x-twilio-signature": given.signature } };
  }
  if (given.mail) {
    const request = requestOf("", {}, given.mail.join("\r\n"));
    const sizeBytes = given.mailBytes ?? request.body.byteLength;
    return given.notFetched
      ? request
      : { ...request, mailbox: { accountId: "acc_1" as Account["id"], arrivedAt: RECEIVED_AT, sizeBytes } };
  }
  if (given.web !== undefined)
    return {
      ...requestOf("/chat/messages", {}, JSON.stringify(given.web)),
      visitor: { accountId: "acc_1" as Account["id"], visitorId: "vis_1" },
    };
  if (given.form !== undefined)
    return {
      ...requestOf("/forms/devis", {}, JSON.stringify(given.form)),
      rendering: { accountId: "acc_1" as Account["id"], id: "rendering-1", country: "FR" },
    };
  const request = metaRequest(given.raw ?? JSON.stringify(given.meta));
  return given.signature === undefined ? request : { ...request, headers: { "x-hub-signature-256": given.signature } };
}

/** A call of this purpose, as the engine hands it back to `settle`. */
export function callOf(purpose: Call["purpose"], channel?: Channel): Call {
  if (channel?.type === "email") return mailCall(channel);
  return { purpose, via: "http", method: "POST", url: "{base}", headers: {}, body: { type: "none" } };
}

/** Mails have no id but their own, so `settle` needs the mail that was sent. */
function mailCall(channel: Channel): Call {
  const content = { type: "text", text: "Bonjour" } as const;
  const context = { effectId: "eff_1", publicUrl: PUBLIC_URL, uploaded: {} };
  const [call] = channel.render(content, recipientOf(channel), accountOf(channel), context);
  if (!call) throw new Error("a text that is no mail");
  return call;
}
