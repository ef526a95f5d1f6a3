import type { SendError, SendErrorCode } from "../../engine/core/domain/send-error.ts";

type Rule = Omit<SendError, "providerCode" | "detail">;

const rule = (code: SendErrorCode, more: Omit<Rule, "code"> = {}): Rule => ({ code, ...more });
const OPERATOR = rule("accountInvalid");
const PERMANENT = rule("messageInvalid");
const REJECTED = rule("providerRejected");
const RETRY = rule("providerDown");
const MINUTE_MS = 60_000;
const SLOW = rule("rateLimited", { retryAfterMs: 5 * MINUTE_MS });

/** What each of Meta's codes means for a message (platform facts A.13, read 2026-11-20). Throttling comes as HTTP 400: only the code counts. */
const RULES: Readonly<Record<number, Rule>> = {
  0: OPERATOR,
  1: rule("providerDown", { maxAttempts: 3 }),
  2: RETRY,
  3: OPERATOR,
  4: SLOW,
  10: OPERATOR,
  33: OPERATOR,
  100: PERMANENT,
  190: OPERATOR,
  368: OPERATOR,
  80007: SLOW,
  130429: rule("rateLimited", { retryAfterMs: 5000 }),
  130472: REJECTED,
  130497: REJECTED,
  131000: rule("providerDown", { maxAttempts: 4 }),
  131005: OPERATOR,
  131008: PERMANENT,
  131009: PERMANENT,
  131016: RETRY,
  131020: PERMANENT,
  131021: PERMANENT,
  131026: rule("recipientUnreachable"),
  131030: OPERATOR,
  131031: OPERATOR,
  131037: OPERATOR,
  131041: PERMANENT,
  131042: OPERATOR,
  131045: OPERATOR,
  131047: rule("outsideServiceWindow"),
  131048: OPERATOR,
  131049: REJECTED,
  131050: rule("optedOut", { purpose: "marketing" }),
  131051: PERMANENT,
  131053: rule("providerDown", { maxAttempts: 2 }),
  131055: PERMANENT,
  131056: rule("rateLimited", { scope: "recipient", retryAfterMs: 6000 }),
  131057: rule("providerDown", { retryAfterMs: 2 * MINUTE_MS }),
  131062: rule("recipientUnreachable"),
  131063: OPERATOR,
  131064: OPERATOR,
  132000: PERMANENT,
  132001: PERMANENT,
  132005: PERMANENT,
  132007: REJECTED,
  132008: PERMANENT,
  132012: PERMANENT,
  132015: REJECTED,
  132016: REJECTED,
  132068: PERMANENT,
  132069: SLOW,
  133000: OPERATOR,
  133004: RETRY,
  133005: OPERATOR,
  133006: OPERATOR,
  133008: OPERATOR,
  133009: OPERATOR,
  133010: OPERATOR,
  133015: rule("providerDown", { retryAfterMs: 5 * MINUTE_MS }),
  133016: OPERATOR,
  134011: OPERATOR,
  134100: PERMANENT,
  134101: rule("providerDown", { retryAfterMs: 10 * MINUTE_MS }),
  134102: OPERATOR,
  135000: PERMANENT,
  137000: rule("recipientUnreachable"),
};

/** The meaning of a code; one that nobody knows is tried again when Meta says it is transient or failed itself. */
export function errorOf(
  code: number,
  detail: string,
  hint: { readonly transient?: boolean; readonly httpStatus?: number } = {},
): SendError {
  const known = RULES[code] ?? (code >= 200 && code <= 299 ? OPERATOR : undefined);
  const guessed =
    hint.httpStatus === 429 ? rule("rateLimited") : hint.transient || (hint.httpStatus ?? 0) >= 500 ? RETRY : PERMANENT;
  return { ...(known ?? guessed), providerCode: String(code), detail: detail.slice(0, 500) };
}

/** The codes that the table knows, for its tests. */
export const KNOWN_CODES: readonly number[] = Object.keys(RULES).map(Number);
