import { z } from "zod";
import type { Call, CallResponse, Settled } from "../../engine/core/domain/channel.ts";
import { isRetryable } from "../../engine/core/domain/send-error.ts";
import { errorOf, KNOWN_CODES } from "./twilio-errors.ts";

/** Content resources are Twilio's to keep; ours to ask for anew once in a while. */
const CONTENT_MS = 180 * 24 * 3_600_000;

const answer = z.looseObject({
  sid: z.string().min(1).optional(),
  code: z.coerce.number().optional(),
  message: z.string().optional(),
});

/** What Twilio's answer means. Success is "queued": whether it arrives is told by status callbacks. */
export function settle(response: CallResponse, call: Call): Settled {
  const said = answerOf(response.body);
  const isGood = response.status >= 200 && response.status < 300;
  if (isGood && call.purpose === "typing") return { type: "done" };
  if (isGood && said?.sid) {
    if (call.purpose === "upload") return { type: "uploaded", remoteId: said.sid, expiresAfterMs: CONTENT_MS };
    return { type: "sent", externalId: said.sid };
  }
  const after = retryAfter(response.headers["retry-after"]);
  const wait = after === null ? {} : { retryAfterMs: after };
  // A 5xx of Twilio's own with a code of ours to know was certainly not taken; with another one nobody can tell.
  if (said?.code !== undefined && said.code > 0 && (response.status < 500 || KNOWN_CODES.has(said.code))) {
    const error = errorOf(said.code, said.message ?? "");
    return { type: "failed", error: isRetryable(error) ? { ...error, ...wait } : error };
  }
  const failed = (code: "rateLimited" | "providerDown" | "accountInvalid" | "messageInvalid"): Settled => ({
    type: "failed",
    error: { code, providerCode: String(response.status), ...(isRetryable({ code }) ? wait : {}) },
  });
  if (response.status === 429) return failed("rateLimited");
  if (response.status === 503 && after !== null) return failed("providerDown");
  if (response.status >= 500 || response.status < 300)
    return { type: "unknown", detail: `HTTP ${response.status} without Twilio's own answer` };
  if (response.status === 401 || response.status === 403) return failed("accountInvalid");
  if (response.status < 400) return failed("providerDown");
  return failed("messageInvalid");
}

function answerOf(body: string): z.infer<typeof answer> | null {
  try {
    const parsed = answer.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data : null;
  } catch {
    // Not Twilio's own answer: judged by its status.
    return null;
  }
}

/** Seconds, obeyed up to an hour (C-7). */
function retryAfter(value: string | undefined): number | null {
  const seconds = Number(value);
  return value !== undefined && value.trim() !== "" && Number.isFinite(seconds) && seconds >= 0
    ? Math.min(seconds * 1000, 3_600_000)
    : null;
}
