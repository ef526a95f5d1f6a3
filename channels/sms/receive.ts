import type { InboundEvent } from "../../engine/core/domain/inbound-event.ts";
import { type Dialect, type Form, filesOf, type MessageBase, mediaEvents } from "../shared/twilio-webhook.ts";
import type { SmsAccount } from "./index.ts";

/** Twilio's own words on long codes and toll-free numbers: it blocks or unblocks the person and answers (platform facts B.8). */
const WORDS = new Map<string, "stop" | "start" | "help">([
  ...["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"].map(
    (word) => [word, "stop"] as const,
  ),
  // Not YES: it is an answer to a question more often than a wish to be written to again.
  ...["START", "UNSTOP"].map((word) => [word, "start"] as const),
  ...["HELP", "INFO"].map((word) => [word, "help"] as const),
]);

/** How text messages come in. */
export const dialect: Dialect<SmsAccount> = {
  own: ({ from }) => from,
  read,
};

function read(form: Form, base: MessageBase): readonly InboundEvent[] | string {
  const from = form("From");
  // A name cannot be answered: banks and parcel services write so.
  if (!/^\+\d{4,15}$/.test(from) && !/^\d{3,8}$/.test(from)) return "a sender that is no number";
  const text = readable(form("Body"));
  const handled = handledBy(form, text);
  const message = {
    type: "message" as const,
    from: { identities: [{ kind: "phone" as const, value: from }] },
    ...(handled ? { handled } : {}),
  };
  const files = filesOf(form);
  if (files.length > 0) return mediaEvents(files, text, base, message);
  const { sid, accountId, at } = base;
  return [{ ...message, accountId, at, dedupeKey: sid, externalId: sid, content: { type: "text", text } }];
}

/** What Twilio did about this message by itself: as it says (Advanced Opt-Out, any words), else by its own list. */
function handledBy(form: Form, text: string): "stop" | "start" | "help" | null {
  const said = form("OptOutType").toLowerCase();
  if (said === "stop" || said === "start" || said === "help") return said;
  // Short codes have no such list: there we answer.
  return form("To").startsWith("+") ? (WORDS.get(text.trim().toUpperCase()) ?? null) : null;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4}){6,}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Some long messages arrive in base64 (platform facts B.1): read as words only when words come out. */
function readable(body: string): string {
  const packed = body.replace(/[\r\n]/g, "").trim();
  if (!BASE64.test(packed)) return body;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.from(packed, "base64"));
    return /^[\P{C}\n\r\t]+$/u.test(text) && text.includes(" ") ? text : body;
  } catch {
    return body;
  }
}
