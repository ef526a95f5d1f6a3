import type { CallResponse, Settled } from "../../engine/core/domain/channel.ts";
import type { SendErrorCode } from "../../engine/core/domain/send-error.ts";

const HOUR_MS = 3_600_000;

/** What an answer means that holds nothing of Meta's own: a gateway spoke, or nobody. `what` is the product, for the operator. */
export function settleWithoutWords({ status, headers, body }: CallResponse): Settled {
  const after = retryAfterMs(headers["retry-after"]);
  const failed = (code: SendErrorCode, detail?: string): Settled => ({
    type: "failed",
    error: {
      code,
      providerCode: String(status),
      ...(detail ? { detail } : {}),
      ...(after !== null && (code === "rateLimited" || code === "providerDown") ? { retryAfterMs: after } : {}),
    },
  });
  if (status === 429) return failed("rateLimited");
  if (status === 503 && headers["retry-after"] !== undefined) return failed("providerDown");
  // A gateway between us and Meta answered: whether Meta took the message before, nobody can tell.
  if (status >= 500) return { type: "unknown", detail: `HTTP ${status} without Meta's own answer` };
  if (status === 401 || status === 403) return failed("accountInvalid");
  if (status >= 300 && status < 400) return failed("providerDown", "redirected");
  return failed("messageInvalid", body.slice(0, 200));
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Seconds, obeyed up to an hour (C-7). */
export function retryAfterMs(value: string | undefined): number | null {
  const seconds = Number(value);
  return value !== undefined && Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds * 1000, HOUR_MS) : null;
}
