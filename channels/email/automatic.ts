import { addressesOf, type Headers, headerOf, wordsOf } from "./headers.ts";

/** Senders that nobody reads. */
const NOBODY =
  /^(mailer-daemon|postmaster|no-?reply|no[._]reply|do-?not-?reply|donotreply|ne-?pas-?repondre|nepasrepondre|noreponse|bounces?|bounce[+-].*|.*-bounces?|notifications?|automailer|daemon|abuse|.*[._-]no-?reply|no-?reply[._+-].*)$/;
/** What people's programs write above an answer while they are away. */
const AWAY =
  /^((re|tr|fwd?|aw)\s?:\s*)*(r[ée]ponse automatique|automatic reply|auto(matic)?[- ]?(reply|response)|out of (the )?office|absence du bureau|absent\(?e?\)? du bureau|absence\b|message d['’]absence|en cong[ée]s|abwesenheit|automatische antwort|accus[ée] de r[ée]ception automatique|undeliverable|non remis|delivery status notification|mail delivery failed|returned mail|undelivered mail|[ée]chec de (la )?(remise|distribution))/i;

/**
 * Why nobody may answer this mail by machine (S-80, RFC 3834): `autoReply`, `list`, `bulk`, `noReply`, `bounce`, `own`,
 * `calendar`, `spam`, `unauthenticated`; null: a person wrote it.
 */
export function whyAutomatic(
  headers: Headers,
  about: { readonly type: string; readonly ownAddresses: ReadonlySet<string>; readonly hasCalendar: boolean },
): string | null {
  const has = (name: string): boolean => headerOf(headers, name) !== undefined;
  const said = (name: string): string => (headerOf(headers, name) ?? "").trim().toLowerCase();
  const from = addressesOf(headerOf(headers, "from"))[0]?.address ?? "";
  const local = from.slice(0, from.lastIndexOf("@"));
  if (about.type === "multipart/report" || said("return-path") === "<>" || /^mailer-daemon$/.test(local))
    return "bounce";
  if (about.ownAddresses.has(from)) return "own";
  const submitted = said("auto-submitted").split(/[;\s]/)[0];
  if (submitted !== undefined && submitted !== "" && submitted !== "no") return "autoReply";
  if (/\b(all|oof|autoreply)\b/.test(said("x-auto-response-suppress"))) return "autoReply";
  if (["x-autoreply", "x-autorespond", "x-auto-reply", "x-loop", "x-relais"].some(has)) return "autoReply";
  if (has("list-id") || has("list-unsubscribe") || has("list-post")) return "list";
  if (/^(bulk|list|junk|auto_reply)$/.test(said("precedence"))) return "bulk";
  if (has("feedback-id") && has("x-csa-complaints")) return "bulk";
  if (NOBODY.test(local)) return "noReply";
  if (AWAY.test(wordsOf(headerOf(headers, "subject") ?? ""))) return "autoReply";
  if (said("x-spam-flag") === "yes" || /^yes\b/.test(said("x-spam-status"))) return "spam";
  return about.hasCalendar ? "calendar" : null;
}
