import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import {
  type Account,
  type Call,
  type CallResponse,
  channel,
  type Received,
  type Recipient,
  type SendContext,
  type Settled,
  type WebhookRequest,
} from "../../engine/core/domain/channel.ts";
import type { InboundEvent } from "../../engine/core/domain/inbound-event.ts";
import type { Media, OutboundContent } from "../../engine/core/domain/message.ts";
import { isRetryable } from "../../engine/core/domain/send-error.ts";
import { forged, unreadable } from "../shared/answers.ts";
import { storable } from "../shared/meta-signature.ts";
import { errorOf, isKnown } from "./errors.ts";

/** A Twilio number that sends and receives text messages. */
export interface SmsAccount {
  readonly accountSid: string;
  readonly authToken: string;
  /** E.164, or the name that is shown as sender (one-way); empty when a messaging service chooses. */
  readonly from: string;
  /** The messaging service that sends and receives. */
  readonly messagingServiceSid?: string | undefined;
}

const TWIML = {
  status: 200,
  headers: { "content-type": "text/xml" },
  body: '<?xml version="1.0" encoding="UTF-8"?><Response/>',
};
const STATUSES = new Map<string, "sent" | "delivered" | "read" | "failed">([
  ["sent", "sent"],
  ["delivered", "delivered"],
  ["read", "read"],
  ["failed", "failed"],
  ["undelivered", "failed"],
  ["canceled", "failed"],
]);

/** What Twilio's own opt-out words did: it sends nothing to this person any more, or sends again. */
const CONSENT = new Map([
  ["STOP", false],
  ["START", true],
]);

/** Signed, kept for the operator. The answer is TwiML like every other: plain words would be sent to the person as an SMS. */
function putAside(reason: string, part: string): Received {
  return { ...unreadable(reason, part), response: TWIML };
}

/** Twilio's signature: the URL as it is configured, then every parameter by name (platform facts B.2). */
export function isSigned(
  authToken: string,
  signature: string | undefined,
  url: string,
  params: readonly (readonly [string, string])[],
): boolean {
  if (!signature || authToken === "") return false;
  const byName = new Map<string, Set<string>>();
  for (const [name, value] of params) byName.set(name, (byName.get(name) ?? new Set()).add(value));
  const names = [...byName.keys()].sort();
  const text = names.reduce(
    (sum, name) =>
      sum +
      [...(byName.get(name) ?? [])]
        .sort()
        .map((value) => name + value)
        .join(""),
    url,
  );
  const expected = createHmac("sha1", authToken).update(text).digest();
  const given = Buffer.from(signature, "base64");
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function receive(request: WebhookRequest, accounts: readonly Account<SmsAccount>[]): Received {
  const text = new TextDecoder().decode(request.body);
  const isJson = (request.headers["content-type"] ?? "").includes("application/json");
  const params = isJson ? [] : [...new URLSearchParams(text)];
  const hash = request.query.bodySHA256?.[0];
  if (isJson && hash !== createHash("sha256").update(request.body).digest("hex")) return forged();
  const get = (name: string): string => storable(params.find(([key]) => key === name)?.[1] ?? "");
  const signature = request.headers["x-twilio-signature"];
  // Only accounts whose own token signed: another workspace may have written down the same AccountSid.
  const signing = accounts.filter(
    ({ config }) =>
      (isJson || config.accountSid === get("AccountSid")) && isSigned(config.authToken, signature, request.url, params),
  );
  if (signing.length === 0) return forged();
  if (isJson) return putAside("a JSON webhook that is not for messages", text);
  const status = get("MessageStatus") || get("SmsStatus");
  const inbound = status === "" || status === "received";
  const ours = inbound ? get("To") : get("From");
  const service = get("MessagingServiceSid");
  const account =
    signing.find(({ config }) => config.from !== "" && config.from === ours) ??
    signing.find(({ config }) => service !== "" && config.messagingServiceSid === service) ??
    // A status speaks of a message of ours, whatever sender Twilio put on it; with one account it can be no other's.
    (inbound || signing.length > 1 ? undefined : signing[0]);
  const sid = get("MessageSid") || get("SmsSid");
  const done = { verdict: "accepted" as const, setAside: [], misrouted: 0, response: TWIML };
  if (sid === "") return putAside("a webhook without a MessageSid", text);
  if (ours.startsWith("whatsapp:")) return putAside("WhatsApp through Twilio is not connected", text);
  if (!account) return { ...done, events: [], misrouted: 1 };
  if (!inbound) return { ...done, events: statusEvent(account, sid, status, get("ErrorCode"), request) };
  const from = get("From");
  if (!/^\+\d{4,15}$/.test(from) && !/^\d{3,8}$/.test(from)) return putAside("a sender that is no number", text);
  const base = {
    type: "message" as const,
    accountId: account.id,
    at: request.receivedAt,
    from: { identities: [{ kind: "phone" as const, value: from }] },
  };
  const files = Array.from({ length: Math.min(Number(get("NumMedia")) || 0, 10) }, (_, index): Media => {
    const mimeType = get(`MediaContentType${index}`);
    return { kind: kindOf(mimeType), mimeType, url: get(`MediaUrl${index}`) };
  }).filter(({ url }) => url?.startsWith("https://"));
  const body = get("Body");
  const events: InboundEvent[] = files.map((media, index) => ({
    ...base,
    dedupeKey: `${sid}:${index}`,
    externalId: index === 0 ? sid : `${sid}:${index}`,
    content: { type: "media", media, ...(index === 0 && body !== "" ? { caption: body } : {}) },
  }));
  if (files.length === 0)
    events.push({ ...base, dedupeKey: sid, externalId: sid, content: { type: "text", text: body } });
  const consent = CONSENT.get(get("OptOutType"));
  if (consent !== undefined)
    events.push({
      type: "consent",
      accountId: account.id,
      dedupeKey: `consent:${sid}`,
      at: request.receivedAt,
      from: base.from,
      purpose: "service",
      allowed: consent,
    });
  return { ...done, events };
}

function statusEvent(
  account: Account<SmsAccount>,
  sid: string,
  status: string,
  errorCode: string,
  request: WebhookRequest,
): readonly InboundEvent[] {
  const known = STATUSES.get(status);
  if (!known) return [];
  const evidence = request.query.e?.[0];
  return [
    {
      type: "status",
      accountId: account.id,
      dedupeKey: `status:${sid}:${status}:${errorCode}`,
      at: request.receivedAt,
      externalId: sid,
      status: known,
      ...(evidence ? { evidence } : {}),
      ...(known === "failed" ? { error: errorOf(Number(errorCode) || 30008, status) } : {}),
    },
  ];
}

function kindOf(mimeType: string): Media["kind"] {
  const kind = mimeType.split("/")[0];
  return kind === "image" || kind === "video" || kind === "audio" ? kind : "document";
}

function render(
  content: OutboundContent,
  to: Recipient,
  account: Account<SmsAccount>,
  send: SendContext,
): readonly Call[] {
  const phone = to.identities.find(({ kind }) => kind === "phone")?.value;
  if (content.type !== "text" || !phone) return [];
  const { accountSid, authToken, from, messagingServiceSid } = account.config;
  const fields: [string, string][] = [
    ["To", phone],
    messagingServiceSid ? ["MessagingServiceSid", messagingServiceSid] : ["From", from],
    ["Body", content.text],
  ];
  // Twilio refuses callback addresses that it cannot reach.
  if (send.publicUrl.startsWith("https://"))
    fields.push(["StatusCallback", `${send.publicUrl}/webhook/twilio?e=${encodeURIComponent(send.effectId)}`]);
  return [
    {
      purpose: "send",
      via: "http",
      method: "POST",
      url: `{base}/2010-04-01/Accounts/${accountSid}/Messages.json`,
      headers: { authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString("base64")}` },
      body: { type: "form", fields },
    },
  ];
}

const answer = z.looseObject({
  sid: z.string().optional(),
  code: z.coerce.number().optional(),
  message: z.string().optional(),
});

function settle(response: CallResponse): Settled {
  let body: unknown = null;
  try {
    body = JSON.parse(response.body);
  } catch {
    // Not Twilio's own answer: judged by its status below.
  }
  const parsed = answer.safeParse(body);
  const said = parsed.success ? parsed.data : null;
  if (response.status < 300 && said?.sid) return { type: "sent", externalId: said.sid };
  const after = retryAfter(response.headers["retry-after"]);
  const wait = after === null ? {} : { retryAfterMs: after };
  if (said?.code !== undefined && said.code > 0 && (response.status < 500 || isKnown(said.code))) {
    const error = errorOf(said.code, said.message ?? "");
    return { type: "failed", error: isRetryable(error) ? { ...error, ...wait } : error };
  }
  if (response.status === 429) return { type: "failed", error: { code: "rateLimited", providerCode: "429", ...wait } };
  if (response.status >= 500 || response.status < 300)
    return { type: "unknown", detail: `HTTP ${response.status} without Twilio's own answer` };
  if (response.status === 401 || response.status === 403)
    return { type: "failed", error: { code: "accountInvalid", providerCode: String(response.status) } };
  if (response.status < 400)
    return { type: "failed", error: { code: "providerDown", providerCode: String(response.status) } };
  return { type: "failed", error: { code: "messageInvalid", providerCode: String(response.status) } };
}

/** Seconds, obeyed up to an hour (C-7). */
function retryAfter(value: string | undefined): number | null {
  const seconds = Number(value);
  return value !== undefined && Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1000, 3_600_000) : null;
}

/** Text messages through Twilio (platform facts B). Buttons become numbers, files become links. */
export const sms = channel<SmsAccount>({
  type: "sms",
  label: { fr: "SMS", en: "SMS" },
  capabilities: {
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
    markup: "none",
  },
  account: z
    .object({
      accountSid: z.string().regex(/^AC[0-9a-f]{32}$/i),
      authToken: z.string().min(1).meta({ secret: true }),
      from: z
        .string()
        .regex(/^(\+\d{4,15}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}|)$/)
        .default(""),
      messagingServiceSid: z
        .string()
        .regex(/^MG[0-9a-f]{32}$/i)
        .optional(),
    })
    .refine(({ from, messagingServiceSid }) => from !== "" || messagingServiceSid !== undefined, {
      message: "a number, a sender name or a messaging service is needed",
    }) as unknown as z.ZodType<SmsAccount>,
  base: "twilio",
  webhookPath: "/webhook/twilio",
  address: ({ accountSid, from, messagingServiceSid }) => `${accountSid}/${from || (messagingServiceSid ?? "")}`,
  receive,
  render,
  settle,
  fetchMedia: (media, { config }) => ({
    ...(media.url ? { url: media.url } : {}),
    headers: { authorization: `Basic ${Buffer.from(`${config.accountSid}:${config.authToken}`).toString("base64")}` },
    hosts: ["api.twilio.com", "*.twiliocdn.com", "*.twilio.com", "{base}"],
    maxBytes: 16 * 1024 * 1024,
  }),
});
