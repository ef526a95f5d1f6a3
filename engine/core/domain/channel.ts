import type { z } from "zod";
import type { IdentityKind, IdentityValue } from "./contact.ts";
import type { ChannelAccountId } from "./ids.ts";
import type { InboundEvent } from "./inbound-event.ts";
import type { Bilingual, Language } from "./language.ts";
import type { Mail, MailboxSource, MailServer, MailThread } from "./mail.ts";
import type { Media, MediaKind, OutboundContent } from "./message.ts";
import type { SendError } from "./send-error.ts";

/**
 * A channel is facts plus pure functions: `receive` (request -> events), `render` (content -> calls), `settle`
 * (answer -> what became of the message). The engine owns wire, clock, retries, pacing, storage and redaction.
 * One folder each under `channels/`, one line in `channels/registry.ts`. A channel imports `core/domain` and
 * `channels/shared` only.
 */
export interface Channel<Config = unknown> {
  readonly type: ChannelType;
  readonly label: Bilingual;
  readonly capabilities: Capabilities;
  /** What an account needs; every field made with `accountField`, in the order of the form. Secret ones are encrypted and never leave the server. */
  readonly account: z.ZodType<Config>;
  /** The account's own address at the provider (phone number id, page id, number): unique per channel. */
  address(config: Config): string;
  /** Whose address `{base}` in the calls stands for; absent: the calls are whole. */
  readonly base?: ProviderBase;
  /** Messages have a subject and belong together: `SendContext.thread` is wanted. */
  readonly threads?: true;
  /** Where the provider delivers, e.g. `/webhook/whatsapp`. Absent: it has no webhook. */
  readonly webhookPath?: string;
  /** Where several channels share one webhook: whether this request speaks of this one. Only looks; `receive` verifies. */
  isFor?(request: WebhookRequest): boolean;
  /** Where the engine fetches what comes in, instead of being told by webhook. */
  mailbox?(config: Config): MailboxSource;
  /** Answers the provider's verification of the webhook URL (GET). Absent: the provider has none. */
  handshake?(request: WebhookRequest, accounts: readonly Account<Config>[]): WebhookResponse;
  /**
   * Verifies the signature over the raw bytes, then parses. Never throws. `accounts` are all active accounts of this
   * channel, of every workspace: an event may only name an account whose own secret signed the request.
   */
  receive(request: WebhookRequest, accounts: readonly Account<Config>[]): Received;
  /** The calls that say `content` to one person: first those that prepare (upload), last the one that sends. The content fits the capabilities already. */
  render(content: OutboundContent, to: Recipient, account: Account<Config>, send: SendContext): readonly Call[];
  /** What an answer of the provider means for the message. Never throws, whatever the body is. */
  settle(response: CallResponse, call: Call): Settled;
  /** How a file of an inbound message is fetched; absent: its `url` is public. */
  fetchMedia?(media: Media, account: Account<Config>): MediaFetch;
  /** What the provider keeps of this account's messages, where webhooks that fail are not repeated for long. Absent: they are. */
  readonly history?: History<Config>;
  /** What this account can show, where accounts differ (pictures by text message); absent: the channel's own. */
  capabilitiesFor?(config: Config): Capabilities;
  /** A code of the provider's in words for whoever runs the business; null: one that nobody knows. */
  explain?(providerCode: string): Bilingual | null;
  /** What this account may send per second, where the provider gives each its own; absent: the pace of the channel. */
  perSecond?(config: Config): number;
  /**
   * *Test connection*: calls (purpose `probe`) that only read and show whether the credentials work, the address is
   * theirs and the provider delivers to our webhook. At most eight; the account may be one that is not saved yet.
   * Absent: there is nothing to ask (web chat).
   */
  probe?(account: Account<Config>, context: ProbeContext): readonly Call[];
  /**
   * What the answers say, the most serious first; at least one finding when any answer came. Never throws, whatever the bodies are. A probe
   * that got no answer (DNS, refused, time-out) is reported by the engine already: it says nothing more about it here.
   */
  judge?(
    answers: readonly ProbeAnswer[],
    account: Account<Config>,
    context: ProbeContext,
  ): readonly ConnectionFinding[];
  /** Marks the last message as read and shows "typing"; the calls go one after the other. Absent: the channel has neither. */
  typing?(to: Recipient, account: Account<Config>, lastInboundExternalId: string): readonly Call[];
  /** Asks who a person is, the fullest question first: the next one is put only when the one before was refused. */
  lookUpProfile?(to: Recipient, account: Account<Config>): readonly Call[];
  /** What the provider says about a person; null: nothing. Never throws, whatever the body is. */
  readProfile?(response: CallResponse): Profile | null;
}

/** Providers whose address the operator may set (GRAPH_BASE_URL, TWILIO_BASE_URL). */
export type ProviderBase = "graph" | "twilio";

/** Every kind of channel that there is a word for; `channels/registry.ts` says which of them are built. */
export const CHANNEL_TYPES = [
  "whatsapp",
  "whatsappTwilio",
  "messenger",
  "instagram",
  "sms",
  "email",
  "form",
  "web",
] as const;
export type ChannelType = (typeof CHANNEL_TYPES)[number];

/** A connected number, page, mailbox or widget, with its credentials in clear: only for channel functions. */
export interface Account<Config = unknown> {
  readonly id: ChannelAccountId;
  readonly config: Config;
}

export interface WebhookRequest {
  readonly method: string;
  /** As the provider was told it: PUBLIC_URL + path + query. Never built from request headers. */
  readonly url: string;
  /** Names in lower case. A header that came twice is joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
  /** Every value of every parameter. */
  readonly query: Readonly<Record<string, readonly string[]>>;
  readonly body: Uint8Array;
  readonly receivedAt: string;
  /** Web chat only: the visitor that the engine has authenticated. */
  readonly visitor?: { readonly accountId: ChannelAccountId; readonly visitorId: string };
  /** Web form only: whose form the engine's own token was made for, at which rendering, and how its numbers are read. */
  readonly rendering?: { readonly accountId: ChannelAccountId; readonly id: string; readonly country: string };
  /** E-mail only: the mailbox from which the engine itself fetched this mail. `sizeBytes`: of all of it; the body may be its beginning. */
  readonly mailbox?: { readonly accountId: ChannelAccountId; readonly arrivedAt: string; readonly sizeBytes: number };
}

export interface WebhookResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Received {
  /** `forged`: bad or missing signature, nothing is stored. `unreadable`: signed, but not what we know: kept aside, 200. */
  readonly verdict: "accepted" | "forged" | "unreadable" | "invalid";
  readonly events: readonly InboundEvent[];
  /** Parts that are signed but unknown or malformed: kept for the operator. */
  readonly setAside: readonly {
    readonly reason: string;
    readonly accountId?: ChannelAccountId;
    readonly part: string;
  }[];
  /** Parts for numbers that this signature does not own: counted, dropped. */
  readonly misrouted: number;
  /** Sent after the events are stored. */
  readonly response: WebhookResponse;
  /** Files that came with the request itself: kept before the events, which name them by `path` (SHA-256, hex). */
  readonly files?: readonly { readonly path: string; readonly mimeType: string; readonly content: Uint8Array }[];
}

/** Whom a message goes to: all identities of the contact on this account, the preferred first. */
export interface Recipient {
  readonly identities: readonly IdentityValue[];
}

/** How people call themselves at the provider: untrusted text. */
export interface Profile {
  readonly name?: string;
  readonly firstName?: string;
  readonly username?: string;
  readonly language?: Language;
}

export interface SendContext {
  /** Our id of this send; planted where the provider echoes it, so that a lost answer can be found again. */
  readonly effectId: string;
  readonly publicUrl: string;
  /** The media as the account already knows it: our path or url -> provider's id. */
  readonly uploaded: Readonly<Record<string, string>>;
  /** Our own files by their path: public addresses that the provider may fetch for a while, signed by us. */
  readonly links?: Readonly<Record<string, string>>;
  readonly repliesTo?: string;
  /** Whose words these are; absent: the program's own. */
  readonly author?: "bot" | "assistant" | "agent";
  /** Channels with `threads` only: what the contact wrote last; absent: they have not written. */
  readonly thread?: MailThread;
  /** The service window is closed and only a person's own words may go, where the channel allows that at all. */
  readonly windowClosed?: boolean;
}

/** What a test of a connection may compare with. */
export interface ProbeContext {
  readonly publicUrl: string;
  /** Where the provider must deliver: PUBLIC_URL + `webhookPath`; null: the channel has no webhook. */
  readonly webhookUrl: string | null;
  /** ISO 8601, for tokens that end. */
  readonly now: string;
}

/** One probe and what came of it, in the order of `probe`. */
export interface ProbeAnswer {
  readonly call: Call;
  /** Null: no answer came. */
  readonly response: CallResponse | null;
}

/** One line that *Test connection* shows. `error`: messages do not pass; `warning`: they will stop, or some do not. */
export interface ConnectionFinding {
  readonly level: "ok" | "warning" | "error";
  /** Stable, e.g. `tokenInvalid`, `notSubscribed`, `webhookElsewhere`, `numberNotOurs`. */
  readonly code: string;
  /** For an owner: no word of the trade, and never a secret. */
  readonly message: Bilingual;
  /** What to do about it, and where. */
  readonly remedy?: Bilingual;
  /** The provider's own code or words, for the operator. */
  readonly detail?: string;
}

/**
 * One request to the provider, as data. `{base}` in a url is the provider's address (GRAPH_BASE_URL ...); `{base:content}`
 * is its host of that name beside `api` (https://api.example.com -> https://content.example.com).
 */
export interface Call {
  /** `probe`: only reads (*Test connection*). */
  readonly purpose: "send" | "upload" | "typing" | "profile" | "probe" | "history";
  /**
   * `push`: shown by our own server (web chat); needs no request. `mail`: by SMTP, or a look into a mailbox; the body
   * says which.
   */
  readonly via: "http" | "push" | "mail";
  readonly method: "GET" | "POST" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body:
    | { readonly type: "none" }
    | { readonly type: "json"; readonly value: unknown }
    | { readonly type: "form"; readonly fields: readonly (readonly [string, string])[] }
    | {
        readonly type: "multipart";
        readonly fields: Readonly<Record<string, string>>;
        readonly file: { readonly field: string; readonly media: Media };
      }
    | { readonly type: "mail"; readonly mail: Mail }
    /** Logs in, looks (IMAP: whether these folders are there) and leaves. */
    | {
        readonly type: "mailLogin";
        readonly protocol: "imap" | "smtp";
        readonly server: MailServer;
        readonly folders: readonly string[];
      };
  /** For an upload: the key under which later calls find the id (`SendContext.uploaded`). */
  readonly uploadKey?: string;
  /** With `history`: what the channel wants to be told again beside the answer. */
  readonly about?: unknown;
}

export interface CallResponse {
  /** Of a mail: the server's three digits; 0: it never came to that, `x-failure` says why. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** At most 1 MB; what came after was dropped. */
  readonly body: string;
}

/** A provider's list of messages, read in order to miss none. Pure like the rest: calls, and what their answers say. */
export interface History<Config = unknown> {
  /** Calls (purpose `history`) for everything since a moment (ISO 8601), the newest first. */
  ask(account: Account<Config>, since: string): readonly Call[];
  /** What an answer says, with the keys that the webhooks have; null: it is none that can be read. Never throws. */
  read(response: CallResponse, call: Call, account: Account<Config>, since: string): HistoryPage | null;
}
export interface HistoryPage {
  readonly events: readonly InboundEvent[];
  /** Messages of ours, for sends of which nobody knows whether they arrived. */
  readonly sent: readonly SentLine[];
  /** Calls that go on from here: the next page, the files of a message. */
  readonly more: readonly Call[];
}
export interface SentLine {
  readonly externalId: string;
  /** The value of an identity of whoever it went to. */
  readonly to: string;
  readonly text: string;
  readonly at: string;
}

export type Settled =
  | {
      readonly type: "sent";
      readonly externalId: string /** Identities that the provider told us about the recipient. */;
      readonly identities?: readonly IdentityValue[];
    }
  | { readonly type: "uploaded"; readonly remoteId: string; readonly expiresAfterMs: number }
  /** Typing, read receipts. */
  | { readonly type: "done" }
  | { readonly type: "failed"; readonly error: SendError }
  /** An answer that does not say whether the message was taken (5xx without the provider's own body). */
  | { readonly type: "unknown"; readonly detail: string };

/** How the engine downloads a file: `lookup` gives JSON with the url, then the file is fetched with the same headers. */
export interface MediaFetch {
  readonly lookup?: { readonly url: string; readonly headers: Readonly<Record<string, string>> };
  readonly url?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The only hosts that may be asked and see the headers; `*.example.com` allows subdomains. `{base}` = the provider's base host. */
  readonly hosts: readonly string[];
  readonly maxBytes: number;
}

/** What a channel can show: the provider's limits as data. Lengths in UTF-16 units, with the provider's margin taken off. */
export interface Capabilities {
  readonly maxTextLength: number;
  /** Where the provider counts bytes: the most that any text may have in UTF-8. */
  readonly maxTextBytes?: number;
  /** Buttons under a text; null: none. */
  readonly buttons: { readonly max: number; readonly labelLength: number; readonly textLength: number } | null;
  /** A list that opens; null: none. With `cards` each row is a card with a button of its own, and the text goes before it. */
  readonly list: {
    readonly max: number;
    readonly labelLength: number;
    readonly descriptionLength: number;
    readonly openLength: number;
    readonly textLength: number;
    readonly cards?: true;
  } | null;
  readonly headerLength: number;
  readonly footerLength: number;
  readonly choiceIdLength: number;
  /** Per kind: greatest size and types; a kind that is absent becomes a link. */
  readonly media: Partial<
    Readonly<
      Record<
        MediaKind,
        { readonly maxBytes: number; readonly mimeTypes: readonly string[]; readonly captionLength: number }
      >
    >
  >;
  /** A text with one button that opens a link. */
  readonly linkButton: { readonly labelLength: number; readonly textLength: number } | null;
  readonly location: boolean;
  readonly locationRequest: boolean;
  readonly contacts: boolean;
  readonly reaction: boolean;
  readonly template: boolean;
  readonly products: boolean;
  readonly typing: boolean;
  /** Hours after a contact's message in which free text is allowed; null: no limit. */
  readonly serviceWindowHours: number | null;
  /** Hours in which a person of the business may still write by hand; absent: as long as the service window. */
  readonly agentWindowHours?: number;
  /** Token buckets: sends per second of an account, and of one recipient. */
  readonly pace: {
    readonly account: { readonly perSecond: number; readonly burst: number };
    readonly recipient: { readonly perSecond: number; readonly burst: number } | null;
  };
  /** What to do when nobody can tell whether a message was sent and no evidence came (C-6). */
  readonly unknownPolicy: "resend" | "ask";
  /** Whether the provider tells us later, with our own id, that it took a message. */
  readonly evidence: boolean;
  /** Delivery and reading are told by a moment: everything sent until then. */
  readonly watermarks?: true;
  /** Who writes has only an id: name and language are asked for on their own (`lookUpProfile`). */
  readonly profile?: true;
  readonly identityKinds: readonly IdentityKind[];
  /** Carriers cut and charge texts in parts (`sms-segments.ts`). Absent: nobody counts. */
  readonly charged?: "parts";
  /** `whatsapp`: `*bold*`; `none`: marks are taken out. */
  readonly markup: "whatsapp" | "none";
  /** Nothing can be said on it (a form): what comes in is answered on another channel. */
  readonly oneWay?: true;
}

/** Declares a channel: keeps the account's type between `account`, `render` and `receive`. */
export function channel<Config>(definition: Channel<Config>): Channel<Config> {
  return definition;
}
