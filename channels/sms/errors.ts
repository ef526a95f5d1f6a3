import type { SendError, SendErrorCode } from "../../engine/core/domain/send-error.ts";

/** Twilio's codes by what they mean for a message (platform facts B.7). The rest will never pass. */
const CODES: Readonly<Partial<Record<SendErrorCode, readonly number[]>>> = {
  accountInvalid: [
    20003, 21212, 21606, 21603, 21408, 21608, 21219, 21607, 21701, 21702, 21703, 21704, 21705, 21712, 30002, 30007,
    30018, 30024, 30032, 30034, 63001, 63002, 63007, 63008, 63013, 63015, 63020, 63026, 63038, 63062,
  ],
  recipientUnreachable: [21211, 21614, 21612, 30003, 30004, 30005, 30006, 63003, 63024, 63032],
  optedOut: [21610, 63014, 63033],
  outsideServiceWindow: [63016],
  rateLimited: [14107, 20429, 21611, 30001, 30022, 30023, 63018],
  providerDown: [30008, 30017, 30410, 63009, 63010, 63012, 63023],
  providerRejected: [63049, 63051],
};
const BY_CODE = new Map(
  Object.entries(CODES).flatMap(([code, numbers]) =>
    (numbers ?? []).map((number) => [number, code as SendErrorCode] as const),
  ),
);

/** 30008 is "unknown": one more try is worth it, not ten. */
const FEW_TRIES = new Set([30008]);

/** Whether the table names this code. */
export function isKnown(code: number): boolean {
  return BY_CODE.has(code);
}

/** What a code of Twilio's means for a message. */
export function errorOf(code: number, detail: string): SendError {
  return {
    code: BY_CODE.get(code) ?? "messageInvalid",
    providerCode: String(code),
    detail: detail.slice(0, 500),
    ...(FEW_TRIES.has(code) ? { maxAttempts: 2 } : {}),
  };
}
