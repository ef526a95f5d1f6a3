import { createHash } from "node:crypto";
import type { Account, Received, WebhookRequest } from "../../engine/core/domain/channel.ts";
import type { InboundEvent } from "../../engine/core/domain/inbound-event.ts";
import type { InboundContent, Media } from "../../engine/core/domain/message.ts";
import { forged, plainAnswer, unreadable } from "../shared/answers.ts";
import { storable } from "../shared/meta-signature.ts";
import type { EmailAccount } from "./account.ts";
import { attachmentsOf } from "./attachments.ts";
import { authenticationOf, isForged } from "./authentication.ts";
import { whyAutomatic } from "./automatic.ts";
import { reportsOf } from "./bounce.ts";
import { addressesOf, headerOf, idsOf, wordsOf } from "./headers.ts";
import { safeHtml, wordsOfHtml } from "./html.ts";
import { type Mime, mimeOf, type Part, textOfPart } from "./mime.ts";
import { visibleReply } from "./reply.ts";

const MOST_WORDS = 20_000;
const MOST_TEXT = 200_000;
const MOST_HTML = 500_000;
const MOST_SUBJECT = 300;
const MOST_REFERENCES = 20;
const STUB_CHARS = 300;

/** One mail, and where it was found. */
interface Letter {
  readonly account: Account<EmailAccount>;
  readonly request: WebhookRequest;
  readonly mime: Mime;
  readonly text: string;
  readonly html: string;
  /** The text, or the words of the HTML with marks around quotes. */
  readonly marked: string;
  readonly key: string;
  readonly arrivedAt: string;
}

/**
 * One mail as the engine fetched it from a mailbox, whole: a message, or what a server reports about a message of ours.
 * Nobody signs mails, so only those are taken that the engine itself brought (`request.mailbox`); who they are from is
 * what they say, and never chooses more than the sender's own conversation.
 */
export function receive(request: WebhookRequest, accounts: readonly Account<EmailAccount>[]): Received {
  const { mailbox } = request;
  const account = accounts.find(({ id }) => id === mailbox?.accountId);
  if (!mailbox || !account) return forged();
  const mime = mimeOf(request.body);
  const letter = letterOf(request, account, mime, mailbox.arrivedAt);
  const reports = reportsOf(mime, letter.text);
  const done = { verdict: "accepted" as const, setAside: [], misrouted: 0, response: plainAnswer(200) };
  if (reports.length > 0)
    return {
      ...done,
      events: reports.map(({ messageId, status, error }): InboundEvent => {
        const evidence = /^(eff_[a-z0-9_]+)@/.exec(messageId)?.[1];
        return {
          type: "status",
          accountId: account.id,
          dedupeKey: `${letter.key}:${messageId.slice(0, 100)}`,
          at: mailbox.arrivedAt,
          externalId: messageId,
          status,
          ...(evidence ? { evidence } : {}),
          ...(error ? { error } : {}),
        };
      }),
    };
  const [from] = addressesOf(headerOf(mime.headers, "from"));
  if (!from) return putAside("a mail without a sender's address", letter);
  const own = new Set(accounts.flatMap(({ config }) => [config.address, ...config.aliases]));
  return { ...done, ...messageOf(letter, from, own) };
}

function putAside(reason: string, { account, request }: Letter): Received {
  const part = Buffer.from(request.body.subarray(0, 20_000)).toString("latin1");
  const aside = unreadable(reason, storable(part));
  return { ...aside, setAside: aside.setAside.map((one) => ({ ...one, accountId: account.id })) };
}

function letterOf(request: WebhookRequest, account: Account<EmailAccount>, mime: Mime, arrivedAt: string): Letter {
  const bodies = mime.parts.filter(isBody);
  const html = bodies
    .filter(({ type }) => type === "text/html")
    .map(textOfPart)
    .join("\n")
    .slice(0, MOST_HTML);
  const plain = storable(
    bodies
      .filter(({ type }) => type === "text/plain")
      .map(textOfPart)
      .join("\n"),
  ).replace(/[\ue000-\ue002]/g, "");
  const marked = html !== "" && isStub(plain) ? storable(wordsOfHtml(html)) : plain;
  const text = marked.replace(/[\ue000-\ue002]/g, "").trim();
  return { account, request, mime, text, html, marked, key: keyOf(request.body, mime), arrivedAt };
}

/** A part that is read, not saved. */
function isBody(part: Part): boolean {
  return (
    (part.type === "text/plain" || part.type === "text/html") &&
    part.disposition !== "attachment" &&
    part.fileName === ""
  );
}

/** No text, or only a sentence that asks for a program that shows HTML. */
function isStub(plain: string): boolean {
  const words = plain.trim();
  if (words === "") return true;
  return words.length < STUB_CHARS && /html/i.test(words) && /(view|display|support|affich|visualis|lire)/i.test(words);
}

/**
 * The same mail again has the same key: over copies that came on two ways, new UIDs, a second fetch. A Message-ID is the
 * sender's own invention, so what it heads belongs to the key: two mails under one id are two mails (C-2).
 */
function keyOf(raw: Uint8Array, mime: Mime): string {
  const header = (name: string): string => headerOf(mime.headers, name) ?? "";
  const hash = createHash("sha256");
  if (header("message-id") === "") return `mail:${hash.update(raw).digest("hex")}`;
  for (const name of ["message-id", "from", "date", "subject"]) hash.update(`${header(name)}\n`);
  for (const { body } of mime.parts) hash.update(body);
  return `mail:${hash.digest("hex")}`;
}

function messageOf(
  letter: Letter,
  from: { readonly name: string; readonly address: string },
  ownAddresses: ReadonlySet<string>,
): Pick<Received, "events" | "files"> {
  const { account, request, mime, html, key } = letter;
  const { config } = account;
  const { headers } = mime;
  const whole = request.body.byteLength >= (request.mailbox?.sizeBytes ?? 0) && !mime.cut;
  const attached = attachmentsOf(
    mime.parts.filter((part) => !isBody(part) && !/^message\/(delivery|disposition)/.test(part.type)),
    html,
    whole,
  );
  const subject = wordsOf(headerOf(headers, "subject") ?? "").slice(0, MOST_SUBJECT);
  const messageId = idsOf(headerOf(headers, "message-id"))[0] ?? `${key.slice("mail:".length, 45)}@missing.invalid`;
  const references = [
    ...new Set([...idsOf(headerOf(headers, "references")), ...idsOf(headerOf(headers, "in-reply-to"))]),
  ].slice(-MOST_REFERENCES);
  const authentication = authenticationOf(headers, config.imapHost, config.receivingServer);
  const automatic =
    whyAutomatic(headers, {
      type: mime.type,
      ownAddresses,
      hasCalendar: mime.parts.some(({ type }) => type === "text/calendar"),
    }) ?? (isForged(authentication) ? "unauthenticated" : null);
  const [replyTo] = addressesOf(headerOf(headers, "reply-to"));
  const language = /^([a-z]{2})(-|$|,)/i.exec((headerOf(headers, "content-language") ?? "").trim())?.[1]?.toLowerCase();
  const repliesTo = references[references.length - 1];
  const words = visibleReply(letter.marked) || subject;
  const event: InboundEvent = {
    type: "message",
    accountId: account.id,
    dedupeKey: key,
    externalId: messageId,
    at: writtenAt(headerOf(headers, "date"), letter.arrivedAt),
    from: {
      identities: [{ kind: "email", value: from.address }],
      ...(from.name ? { name: from.name.slice(0, 200) } : {}),
      ...(language ? { language } : {}),
    },
    content: contentOf(visibleReply(letter.marked), subject, words, attached.media),
    ...(repliesTo === undefined ? {} : { repliesTo }),
    ...(automatic === null ? {} : { automatic }),
    answersPerHour: config.answersPerHour,
    mail: {
      messageId,
      subject,
      references,
      text: letter.text.slice(0, MOST_TEXT),
      html: html === "" ? null : safeHtml(html),
      authentication,
      ...(replyTo && replyTo.address !== from.address ? { replyTo: replyTo.address } : {}),
    },
  };
  return { events: [event], files: attached.files };
}

/** Words with their files; files alone; or, of a mail that is only a subject, that. */
function contentOf(reply: string, subject: string, words: string, files: readonly Media[]): InboundContent {
  const [first, ...more] = files;
  if (reply === "" && first) {
    const caption = subject === "" ? {} : { caption: subject };
    return more.length === 0
      ? { type: "media", media: first, ...caption }
      : { type: "text", text: subject, attachments: files };
  }
  const text = words.length > MOST_WORDS ? `${words.slice(0, MOST_WORDS).toWellFormed()} […]` : words;
  return { type: "text", text, ...(first ? { attachments: files } : {}) };
}

/**
 * When it was written: the mail's own date, unless that is later than its arrival. A mail from last week that arrives
 * today is late, and people answer it.
 */
function writtenAt(date: string | undefined, arrivedAt: string): string {
  const written = Date.parse((date ?? "").replace(/\([^()]*\)/g, "").trim());
  const arrived = Date.parse(arrivedAt);
  return new Date(Number.isFinite(written) && written > 0 && written < arrived ? written : arrived).toISOString();
}
