import type { Bilingual } from "./language.ts";

/** Why a message was not sent, in our words. The provider's own code travels along for the operator. */
export type SendErrorCode =
  /** Token, permission, billing, registration: nothing will pass until the operator acts. Pauses the account. */
  | "accountInvalid"
  /** Too long, a bad parameter, a template that does not exist: this message will never pass. */
  | "messageInvalid"
  /** Not on the channel, blocked us, unknown number. */
  | "recipientUnreachable"
  /** Said STOP: nothing of this purpose until START. */
  | "optedOut"
  /** Free text after the service window: only an approved template may go. */
  | "outsideServiceWindow"
  /** Too fast, for the account or for this recipient. */
  | "rateLimited"
  /** Down or overloaded; try the same again. */
  | "providerDown"
  /** Refused for good by the provider's own rules (policy, marketing cap). */
  | "providerRejected"
  /** Nobody can tell whether it was sent, and the policy says not to send again. */
  | "unknownOutcome"
  /** Waited longer than it was of use. */
  | "expired";

export interface SendError {
  readonly code: SendErrorCode;
  /** With `rateLimited`: who must slow down. Default `account`. */
  readonly scope?: "account" | "recipient";
  /** With `optedOut`: what the person said no to. Default `service`: everything. */
  readonly purpose?: "service" | "marketing";
  /** e.g. `131047`. */
  readonly providerCode?: string;
  /** The provider's words, for the operator; never shown to the contact. */
  readonly detail?: string;
  /** What it means and what to do about it, for the operator. */
  readonly advice?: Bilingual;
  readonly retryAfterMs?: number;
  /** Give up after so many tries of this error; default: until the message expires. */
  readonly maxAttempts?: number;
}

const RETRYABLE: ReadonlySet<SendErrorCode> = new Set(["rateLimited", "providerDown"]);

/** Whether the same message may pass later. `accountInvalid` waits for the operator instead of failing. */
export function isRetryable(error: SendError): boolean {
  return RETRYABLE.has(error.code);
}
