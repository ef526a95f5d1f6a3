import type { SendError } from "../../engine/core/domain/send-error.ts";
import { storable } from "../shared/meta-signature.ts";
import { headerOf, headersOf, idsOf } from "./headers.ts";
import { bytesOf, type Mime, type Part, textOfPart } from "./mime.ts";

/** What a mail server says later about a mail of ours. */
export interface Report {
  readonly messageId: string;
  readonly status: "failed" | "delivered" | "read";
  readonly error?: SendError;
}

const STATUS = /\b([245])\.(\d{1,3})\.(\d{1,3})\b/;
const MOST_TEXT = 50_000;
/** Sentences of servers that send a plain letter back: Exim, qmail, old Exchange and providers after their example. */
const PLAIN =
  /(could not be delivered|couldn['’]t be delivered|was not delivered|undeliverable|delivery (has )?failed|permanent (fatal )?error|n['’]a pas pu [êe]tre (remis|distribu|d[ée]livr)|n'a pu être remis|unable to deliver|address(es)? (had|with) (permanent )?(fatal )?errors|recipient address rejected|user unknown|adresse introuvable)/i;

/**
 * Reads delivery reports (RFC 3464), read receipts (RFC 8098) and the plain letters of servers that know neither. Empty:
 * it is none, or it names no mail; a report that only says "later" is empty, too.
 */
export function reportsOf(mime: Mime, text: string): readonly Report[] {
  const reportType = mime.parameters.get("report-type")?.toLowerCase();
  const notification = mime.parts.find(({ type }) => type === "message/disposition-notification");
  if (reportType === "disposition-notification" || notification) return receipt(mime, notification);
  const status = mime.parts.find(({ type }) => /^message\/(global-)?delivery-status$/.test(type));
  if (reportType === "delivery-status" || status) return delivery(mime, status, text);
  return plainLetter(mime, text);
}

function receipt(mime: Mime, notification: Part | undefined): readonly Report[] {
  const fields = notification ? headersOf(bytesOf(notification)).headers : [];
  const [id] = idsOf(headerOf(fields, "original-message-id") ?? headerOf(mime.headers, "in-reply-to"));
  const isDisplayed = /displayed/i.test(headerOf(fields, "disposition") ?? "");
  return id !== undefined && isDisplayed ? [{ messageId: id, status: "read" }] : [];
}

function delivery(mime: Mime, status: Part | undefined, text: string): readonly Report[] {
  const said = status ? Buffer.from(bytesOf(status)).toString("utf8").slice(0, MOST_TEXT) : "";
  const action = /^action:\s*([a-z]+)/im.exec(said)?.[1]?.toLowerCase() ?? "failed";
  const [messageId] = originalIds(mime, text);
  if (messageId === undefined) return [];
  if (action === "delivered" || action === "relayed" || action === "expanded")
    return [{ messageId, status: "delivered" }];
  if (action !== "failed") return [];
  const code = /^status:\s*([245]\.\d{1,3}\.\d{1,3})/im.exec(said)?.[1] ?? STATUS.exec(text)?.[0] ?? "";
  const diagnostic = /^diagnostic-code:\s*([^\r\n]+(?:\r?\n[ \t][^\r\n]+)*)/im.exec(said)?.[1] ?? "";
  return [{ messageId, status: "failed", error: errorOf(code, diagnostic.replace(/\s+/g, " ")) }];
}

function plainLetter(mime: Mime, text: string): readonly Report[] {
  const from = headerOf(mime.headers, "from")?.toLowerCase() ?? "";
  const fromServer = /mailer-daemon|postmaster|mail delivery|maildelivery/.test(from);
  const named = headerOf(mime.headers, "x-failed-recipients") !== undefined;
  if (!named && !(fromServer && PLAIN.test(text.slice(0, MOST_TEXT)))) return [];
  const [messageId] = originalIds(mime, text);
  if (messageId === undefined) return [];
  const code = STATUS.exec(text)?.[0] ?? "";
  const line = text.split("\n").find((one) => STATUS.test(one) || PLAIN.test(one)) ?? "";
  return [{ messageId, status: "failed", error: errorOf(code, line.trim()) }];
}

/** Ids of the mail that came back: its own header where it is enclosed, else what the report refers to. */
function originalIds(mime: Mime, text: string): readonly string[] {
  const enclosed = mime.parts
    .filter(({ type }) => type === "message/rfc822" || type === "text/rfc822-headers" || type === "message/global")
    .flatMap((part) => idsOf(headerOf(headersOf(bytesOf(part)).headers, "message-id")));
  const inText = mime.parts
    .filter(({ type }) => type === "text/plain")
    .map((part) => textOfPart(part).slice(0, MOST_TEXT))
    .concat(text.slice(0, MOST_TEXT))
    .flatMap((one) => [...one.matchAll(/^[>\s]*message-id:\s*(<[^<>\s]{1,400}>)/gim)].flatMap(([, id]) => idsOf(id)));
  const referred = [...idsOf(headerOf(mime.headers, "references")), ...idsOf(headerOf(mime.headers, "in-reply-to"))];
  return [...enclosed, ...inText, ...referred.reverse()];
}

/** What an enhanced status code (RFC 3463) means for the message that it speaks of. */
function errorOf(code: string, detail: string): SendError {
  const known = {
    ...(code === "" ? {} : { providerCode: code }),
    ...(detail === "" ? {} : { detail: storable(detail).slice(0, 500) }),
  };
  if (/^5\.(1|2)\./.test(code) || code === "") return { code: "recipientUnreachable", ...known };
  if (/^5\.3\.4|^5\.6\./.test(code)) return { code: "messageInvalid", ...known };
  if (/^4\./.test(code)) return { code: "expired", ...known };
  return { code: "providerRejected", ...known };
}
