import type { Call, CallResponse, Settled } from "../../engine/core/domain/channel.ts";
import type { SendError } from "../../engine/core/domain/send-error.ts";

/** Greylisting servers want to see us again, but not at once (RFC 6647: minutes). */
const GREY_MS = 5 * 60_000;
const SLOW_MS = 60_000;
const DAILY_MS = 60 * 60_000;
const FEW = 6;

/**
 * What the mail server's answer means. 250 says that this server takes care of the mail from now on, not that it
 * arrived: what goes wrong later comes back as a mail (`bounce.ts`). Codes: RFC 5321 4.2, RFC 3463, RFC 4954.
 */
export function settle(response: CallResponse, call: Call): Settled {
  const { status, headers, body } = response;
  const detail = body.replace(/\s+/g, " ").trim().slice(0, 500);
  if (status === 0) return { type: "failed", error: neverSaid(headers["x-failure"] ?? "", detail) };
  if (status >= 200 && status < 300) {
    // Some services give a mail another Message-ID: that is the one that customers answer.
    const known = headers["x-message-id"] ?? (call.body.type === "mail" ? call.body.mail.messageId : "");
    return known === ""
      ? { type: "unknown", detail: "an answer to something that was no mail" }
      : { type: "sent", externalId: known };
  }
  const enhanced = /\b[45]\.\d{1,3}\.\d{1,3}\b/.exec(body)?.[0] ?? "";
  const facts = { providerCode: enhanced === "" ? String(status) : `${status} ${enhanced}`, detail };
  if (status >= 500 && status < 600)
    return { type: "failed", error: refused(status, enhanced, headers["x-command"] ?? "", facts) };
  if (status >= 400 && status < 500)
    return { type: "failed", error: later(status, enhanced, headers["x-command"] ?? "", facts) };
  return { type: "unknown", detail: `the mail server said ${status}` };
}

type Facts = Pick<SendError, "providerCode" | "detail">;

/** The mail never left: the connection, its encryption or the login failed. */
function neverSaid(failure: string, detail: string): SendError {
  switch (failure) {
    case "blocked":
    case "certificate":
    case "login":
      return { code: "accountInvalid", providerCode: failure, detail };
    case "invalid":
      return { code: "messageInvalid", providerCode: failure, detail };
    default:
      return { code: "providerDown", providerCode: failure === "" ? "unreachable" : failure, detail };
  }
}

function refused(status: number, enhanced: string, command: string, facts: Facts): SendError {
  const { detail = "" } = facts;
  // 535 wrong password, 534 an app password is needed, 530 login first, 550 5.7.30 Microsoft: no passwords any more.
  if ([530, 534, 535, 538].includes(status) || command.startsWith("AUTH") || enhanced === "5.7.30")
    return { code: "accountInvalid", ...facts };
  if (enhanced === "5.4.5" || /daily (user )?(sending )?(limit|quota)|quota (for|of) .{0,20}sending/i.test(detail))
    return { code: "rateLimited", retryAfterMs: DAILY_MS, ...facts };
  if (status === 552 || status === 523 || /^5\.(3\.4|2\.3|6\.\d+)$/.test(enhanced)) {
    return enhanced === "5.2.2" ? { code: "recipientUnreachable", ...facts } : { code: "messageInvalid", ...facts };
  }
  // Whether this mailbox may send at all under this address is the operator's to put right.
  if (
    command === "MAIL FROM" ||
    enhanced === "5.7.60" ||
    /relay|sender address rejected|not owned by user|sendas/i.test(detail)
  )
    return { code: "accountInvalid", ...facts };
  if (/^5\.(1|2)\./.test(enhanced)) return { code: "recipientUnreachable", ...facts };
  if (/^5\.7\./.test(enhanced) || status === 554 || status === 571) return { code: "providerRejected", ...facts };
  if (command === "RCPT TO" || status === 551 || status === 553) return { code: "recipientUnreachable", ...facts };
  if (status === 550) return { code: "providerRejected", ...facts };
  return { code: "messageInvalid", ...facts };
}

function later(status: number, enhanced: string, command: string, facts: Facts): SendError {
  const { detail = "" } = facts;
  if (command.startsWith("AUTH") && status === 454) return { code: "providerDown", ...facts };
  if (/too (many|fast|much)|rate|throttl|limit exceeded|slow down/i.test(detail) && command !== "RCPT TO")
    return { code: "rateLimited", retryAfterMs: SLOW_MS, ...facts };
  if (command === "RCPT TO" || /^4\.2\./.test(enhanced) || /grey|graylist/i.test(detail)) {
    // About this person only: a full mailbox, a server that first wants to see us come back.
    return { code: "rateLimited", scope: "recipient", retryAfterMs: GREY_MS, maxAttempts: FEW * 20, ...facts };
  }
  return { code: "providerDown", ...facts };
}
