import { createHash } from "node:crypto";
import type { Account, Received, WebhookRequest } from "../../engine/core/domain/channel.ts";
import type { InboundEvent } from "../../engine/core/domain/inbound-event.ts";
import type { Media } from "../../engine/core/domain/message.ts";
import { forged, unreadable } from "./answers.ts";
import { storable } from "./meta-signature.ts";
import type { TwilioAccount } from "./twilio-account.ts";
import { errorOf } from "./twilio-errors.ts";
import { isSigned } from "./twilio-signature.ts";

/** The parameters of a form of Twilio's; one that is missing reads "". */
export type Form = (name: string) => string;

/** How one channel of Twilio's writes its numbers and what its messages say. */
export interface Dialect<Config extends TwilioAccount> {
  /** The account's own number as Twilio writes it in `To`; "": only its messaging service has one. */
  own(config: Config): string;
  /** A message of a person: its events, or why it cannot be read. */
  read(form: Form, base: MessageBase): readonly InboundEvent[] | string;
}
export interface MessageBase {
  readonly sid: string;
  readonly accountId: Account["id"];
  readonly at: string;
}

/** Nothing to say: any plain text would be sent to the person as a message (platform facts B.3). */
const TWIML = {
  status: 200,
  headers: { "content-type": "text/xml" },
  body: '<?xml version="1.0" encoding="UTF-8"?><Response/>',
};
const MOST_MEDIA = 10;

/** `accepted`, `queued` and `sending` say nothing that we do not know; `partially_delivered` is on its way still. */
const STATUSES = new Map<string, "sent" | "delivered" | "read" | "failed">([
  ["sent", "sent"],
  ["delivered", "delivered"],
  ["read", "read"],
  ["failed", "failed"],
  ["undelivered", "failed"],
  ["canceled", "failed"],
]);
/** A failure without a code: "unknown". */
const NO_CODE = 30008;

/** Verifies and reads one webhook: a message of a person, or what became of one of ours. Never throws. */
export function receiveTwilio<Config extends TwilioAccount>(
  dialect: Dialect<Config>,
  request: WebhookRequest,
  accounts: readonly Account<Config>[],
): Received {
  const text = new TextDecoder().decode(request.body);
  const isJson = (request.headers["content-type"] ?? "").includes("application/json");
  const params = isJson ? [] : [...new URLSearchParams(text)];
  // A JSON body is not signed itself, but its hash in the URL is.
  if (isJson && request.query.bodySHA256?.[0] !== createHash("sha256").update(request.body).digest("hex"))
    return forged();
  const form: Form = (name) => storable(params.find(([key]) => key === name)?.[1] ?? "");
  // Only accounts whose own token signed: another workspace may have written down the same AccountSid.
  const signature = request.headers["x-twilio-signature"];
  const signing = accounts.filter(
    ({ config }) =>
      (isJson || config.accountSid === form("AccountSid")) &&
      [config.authToken, config.secondaryAuthToken ?? ""].some((token) =>
        isSigned(token, signature, request.url, params),
      ),
  );
  if (signing.length === 0) return forged();
  if (isJson) return putAside("a JSON webhook that is not for messages", text);
  const sid = form("MessageSid") || form("SmsSid");
  if (sid === "") return putAside("a webhook without a MessageSid", text);
  const done = { verdict: "accepted" as const, setAside: [], misrouted: 0, response: TWIML };
  const status = form("MessageStatus") || form("SmsStatus");
  const isInbound = status === "" || status === "received" || status === "receiving";
  const account = addressed(dialect, signing, form, isInbound);
  if (!account) return { ...done, events: [], misrouted: 1 };
  if (!isInbound) {
    const evidence = request.query.e?.[0];
    const event = statusEvent(
      { accountId: account.id, externalId: sid, at: request.receivedAt },
      status,
      form("ErrorCode"),
      form("ErrorMessage"),
    );
    return { ...done, events: event ? [{ ...event, ...(evidence ? { evidence } : {}) }] : [] };
  }
  const read = dialect.read(form, { sid, accountId: account.id, at: request.receivedAt });
  return typeof read === "string" ? putAside(read, text) : { ...done, events: read };
}

/** Whose message it is: the number's, else the messaging service's. */
function addressed<Config extends TwilioAccount>(
  dialect: Dialect<Config>,
  signing: readonly Account<Config>[],
  form: Form,
  isInbound: boolean,
): Account<Config> | undefined {
  const ours = form(isInbound ? "To" : "From");
  const service = form("MessagingServiceSid");
  return (
    signing.find(({ config }) => ours !== "" && dialect.own(config) === ours) ??
    signing.find(({ config }) => service !== "" && config.messagingServiceSid === service) ??
    // A status speaks of a message of ours, whatever sender Twilio put on it; with one account it can be no other's.
    (isInbound || signing.length > 1 ? undefined : signing[0])
  );
}

/** What became of a message of ours; null: nothing new. The same status with the same code is the same event. */
export function statusEvent(
  about: { readonly accountId: Account["id"]; readonly externalId: string; readonly at: string },
  status: string,
  errorCode: string,
  detail: string,
): Extract<InboundEvent, { readonly type: "status" }> | null {
  const known = STATUSES.get(status);
  if (!known) return null;
  return {
    type: "status",
    ...about,
    dedupeKey: `status:${about.externalId}:${status}:${errorCode}`,
    status: known,
    ...(known === "failed" ? { error: errorOf(Number(errorCode) || NO_CODE, detail || status) } : {}),
  };
}

/** The files of a message, each an event of its own; the words go with the first. Null: it has none. */
export function mediaEvents(
  files: readonly Media[],
  words: string,
  base: MessageBase,
  more: Omit<
    Extract<InboundEvent, { readonly type: "message" }>,
    "content" | "externalId" | "dedupeKey" | "accountId" | "at"
  >,
): readonly InboundEvent[] {
  const { sid, accountId, at } = base;
  return files.map((media, index) => ({
    ...more,
    accountId,
    at,
    dedupeKey: `${sid}:${index}`,
    externalId: index === 0 ? sid : `${sid}:${index}`,
    content: { type: "media", media, ...(index === 0 && words !== "" ? { caption: words } : {}) },
  }));
}

/** The files that a webhook names. Their addresses are fetched from Twilio's own hosts only. */
export function filesOf(form: Form): readonly Media[] {
  return Array.from({ length: Math.min(Number(form("NumMedia")) || 0, MOST_MEDIA) }, (_, index) =>
    fileOf(form(`MediaContentType${index}`), form(`MediaUrl${index}`)),
  ).filter(({ url }) => url?.startsWith("https://"));
}

export function fileOf(mimeType: string, url: string): Media {
  const kind = mimeType.split("/")[0];
  return {
    kind: kind === "image" || kind === "video" || kind === "audio" ? kind : "document",
    mimeType,
    url,
  };
}

/** Signed, kept for the operator. The answer is TwiML like every other. */
function putAside(reason: string, part: string): Received {
  return { ...unreadable(reason, part), response: TWIML };
}

/** Whether a webhook speaks of a number on WhatsApp: its addresses begin with the word. Only looks; `receive` verifies. */
export function isOfWhatsapp({ body }: WebhookRequest): boolean {
  return /(?:^|&)(?:From|To)=whatsapp(?:%3A|:)/i.test(new TextDecoder("latin1").decode(body));
}
