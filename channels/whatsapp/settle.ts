import type { Call, CallResponse, Settled } from "../../engine/core/domain/channel.ts";
import { isRetryable } from "../../engine/core/domain/send-error.ts";
import { jsonOf, retryAfterMs, settleWithoutWords } from "../shared/meta-answer.ts";
import { identitiesOf } from "../shared/whatsapp-identities.ts";
import { errorOf } from "./errors.ts";
import { sendAnswer } from "./payload.ts";

const DAY_MS = 24 * 3_600_000;
/** Meta keeps uploads thirty days; a day less, so that no id is used on its last one. */
const UPLOAD_MS = 29 * DAY_MS;

/** What Meta's answer means. Success is "accepted": whether it arrives is told by statuses. */
export function settle(response: CallResponse, call: Call): Settled {
  const parsed = sendAnswer.safeParse(jsonOf(response.body));
  const answer = parsed.success ? parsed.data : null;
  if (answer?.error) {
    const { code, message, error_data, is_transient } = answer.error;
    const details = typeof error_data === "string" ? error_data : error_data?.details;
    const error = errorOf(code, details ?? message ?? "", {
      transient: is_transient ?? false,
      httpStatus: response.status,
    });
    const after = retryAfterMs(response.headers["retry-after"]);
    return {
      type: "failed",
      error: after !== null && isRetryable(error) ? { ...error, retryAfterMs: after } : error,
    };
  }
  if (response.status >= 200 && response.status < 300) {
    if (call.purpose === "typing") return { type: "done" };
    if (call.purpose === "upload") {
      if (answer?.id) return { type: "uploaded", remoteId: answer.id, expiresAfterMs: UPLOAD_MS };
      return { type: "unknown", detail: "an upload that was answered without an id" };
    }
    const externalId = answer?.messages?.[0]?.id;
    if (!externalId) return { type: "unknown", detail: "an answer without a message id" };
    const contact = answer.contacts?.[0];
    const identities = identitiesOf({ phone: contact?.wa_id, user: contact?.user_id });
    return { type: "sent", externalId, ...(identities.length > 0 ? { identities } : {}) };
  }
  return settleWithoutWords(response);
}
