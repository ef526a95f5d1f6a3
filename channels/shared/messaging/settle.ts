import type { Call, CallResponse, Settled } from "../../../engine/core/domain/channel.ts";
import { isRetryable } from "../../../engine/core/domain/send-error.ts";
import { jsonOf, retryAfterMs, settleWithoutWords } from "../meta-answer.ts";
import { errorOf } from "./errors.ts";
import { answer as shape } from "./payload.ts";

const DAY_MS = 24 * 3_600_000;
/** Meta keeps uploads for ninety days; a day less, so that no id is used on its last one. */
const UPLOAD_MS = 89 * DAY_MS;

/** What Meta's answer means. Success is "accepted": the echo, and the moments of delivery and reading, tell the rest. */
export function settle(response: CallResponse, call: Call): Settled {
  const parsed = shape.safeParse(jsonOf(response.body));
  const answer = parsed.success ? parsed.data : null;
  if (answer?.error) {
    const { code, error_subcode: subcode, message, is_transient } = answer.error;
    const hint = { transient: is_transient ?? false, httpStatus: response.status };
    const error = errorOf({ code, subcode }, message ?? "", hint);
    const after = retryAfterMs(response.headers["retry-after"]);
    return {
      type: "failed",
      error: after !== null && isRetryable(error) ? { ...error, retryAfterMs: after } : error,
    };
  }
  if (response.status < 200 || response.status >= 300) return settleWithoutWords(response);
  switch (call.purpose) {
    case "upload":
      return answer?.attachment_id
        ? { type: "uploaded", remoteId: answer.attachment_id, expiresAfterMs: UPLOAD_MS }
        : { type: "unknown", detail: "an upload that was answered without an id" };
    case "send":
      return answer?.message_id
        ? { type: "sent", externalId: answer.message_id }
        : { type: "unknown", detail: "an answer without a message id" };
    default:
      return { type: "done" };
  }
}
