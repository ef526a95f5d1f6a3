import type { Account, Call, Recipient, SendContext } from "../../engine/core/domain/channel.ts";
import type { Mail } from "../../engine/core/domain/mail.ts";
import type { Media, OutboundContent } from "../../engine/core/domain/message.ts";
import { type EmailAccount, smtpServer } from "./account.ts";
import { htmlPage, linkHtml, pictureHtml, wordsHtml } from "./page.ts";

const MOST_REFERENCES = 20;
/** Of one line; longer ones are cut by servers anyway. */
const MOST_SUBJECT = 250;
/** One plain address: no quotes, no comments, no list (S-83). */
const RECIPIENT = /^[^\s"'(),:;<>@[\\\]]{1,64}@[^\s"'(),:;<>@[\\\]]{1,180}\.[^\s"'(),:;<>@[\\\]]{2,63}$/;

/** One mail under the contact's own thread, as text and as the same words in HTML. */
export function render(
  content: OutboundContent,
  to: Recipient,
  account: Account<EmailAccount>,
  send: SendContext,
): readonly Call[] {
  const recipient = to.identities.find(({ kind }) => kind === "email")?.value;
  const said = bodyOf(content);
  if (!recipient || !RECIPIENT.test(recipient) || !said) return [];
  const { config } = account;
  const { thread } = send;
  const server = smtpServer(config);
  const mail: Mail = {
    server,
    from: { name: oneLine(config.name), address: config.address },
    to: recipient,
    messageId: messageIdFor(send.effectId, config.address),
    ...(thread ? { inReplyTo: thread.messageId } : {}),
    references: thread ? shortened([...thread.references, thread.messageId]) : [],
    subject: thread ? replySubject(thread.subject) : oneLine(config.subject || config.name || config.address),
    headers: send.author === "agent" ? {} : { "Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All" },
    text: said.text,
    html: htmlPage(said.html),
    attachments: said.files,
  };
  return [
    {
      purpose: "send",
      via: "mail",
      method: "POST",
      url: `smtp://${server.host}:${server.port}`,
      headers: {},
      body: { type: "mail", mail },
    },
  ];
}

/** The same over all tries of a message: who got it twice sees it once (C-6). */
export function messageIdFor(effectId: string, address: string): string {
  return `${effectId}@${address.slice(address.lastIndexOf("@") + 1)}`;
}

/** `Re:` once, whatever the clients before us wrote: `RE : TR: Commande` becomes `Re: Commande`. */
export function replySubject(subject: string): string {
  const bare = oneLine(subject).replace(/^((re|r[ée]f?|aw|sv|antw|tr|fwd?|wg|rv)\s?(\[\d+\])?\s?:\s*)+/i, "");
  return bare === "" ? "Re:" : `Re: ${bare}`;
}

function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, " ")
    .trim()
    .slice(0, MOST_SUBJECT)
    .toWellFormed();
}

/** The first says where a thread began, the last ones where it stands. */
function shortened(references: readonly string[]): readonly string[] {
  const ids = [...new Set(references)];
  return ids.length <= MOST_REFERENCES ? ids : [...ids.slice(0, 1), ...ids.slice(1 - MOST_REFERENCES)];
}

interface Said {
  readonly text: string;
  readonly html: string;
  readonly files: readonly Media[];
}

/** What is left after `fit`: words, files, links. Everything else has become words before. */
function bodyOf(content: OutboundContent): Said | null {
  switch (content.type) {
    case "text":
      return { text: withoutMarks(content.text), html: wordsHtml(content.text), files: [] };
    case "link":
      return {
        text: `${withoutMarks(content.text)}\n\n${content.label} : ${content.url}`,
        html: `${wordsHtml(content.text)}${linkHtml(content.label, content.url)}`,
        files: [],
      };
    case "media":
      return fileOf(content.media, content.caption ?? "");
    default:
      return null;
  }
}

/** Our own files travel with the mail; what has a public address is shown from there. */
function fileOf(media: Media, caption: string): Said | null {
  const words = caption === "" ? "" : wordsHtml(caption);
  if (media.path) return { text: withoutMarks(caption), html: words, files: [media] };
  if (!media.url) return null;
  const name = media.fileName ?? media.url;
  return {
    text: [withoutMarks(caption), media.url].filter((one) => one !== "").join("\n\n"),
    html: `${media.kind === "image" ? pictureHtml(media.url, media.fileName ?? "") : ""}${words}${
      media.kind === "image" ? "" : linkHtml(name, media.url)
    }`,
    files: [],
  };
}

/** Stars and underscores are for programs that draw them; the HTML part does. */
function withoutMarks(text: string): string {
  return text.replace(/\*(\S(?:[^*\n]*\S)?)\*/g, "$1").replace(/(^|\s)_(\S(?:[^_\n]*\S)?)_(?=\s|[.,;:!?]|$)/g, "$1$2");
}
