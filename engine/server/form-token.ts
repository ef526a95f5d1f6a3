import { createHmac, timingSafeEqual } from "node:crypto";

/** A form may be sent so long after it was shown; people come back to an open page after lunch, not after a day. */
const OLDEST_MS = 12 * 3_600_000;
/** Nobody fills in a form faster; programs do. */
const YOUNGEST_MS = 1000;
/** Clocks of several machines differ a little. */
const SKEW_MS = 60_000;

/** What a token says of the page that it was made for. */
export type Rendering =
  | { readonly type: "known"; readonly id: string }
  | { readonly type: "forged" | "tooOld" | "tooYoung" };

/** Marks one rendering of one form: `<ms since 1970>.<chance>.<signature>`, each part url-safe. */
export function newToken(key: string, accountId: string, chance: string, now: number): string {
  const said = `${now.toString(36)}.${chance}`;
  return `${said}.${signatureOf(key, accountId, said)}`;
}

/** The rendering that a token was made for, when it is ours, of this form, and of the right age. */
export function renderingOf(key: string, accountId: string, token: string, now: number): Rendering {
  const match = /^([0-9a-z]{1,10})\.([A-Za-z0-9_-]{16,64})\.([A-Za-z0-9_-]{43})$/.exec(token);
  if (!match?.[1] || !match[2] || !match[3]) return { type: "forged" };
  const expected = Buffer.from(signatureOf(key, accountId, `${match[1]}.${match[2]}`));
  if (!timingSafeEqual(expected, Buffer.from(match[3]))) return { type: "forged" };
  const age = now - Number.parseInt(match[1], 36);
  if (age < -SKEW_MS) return { type: "forged" };
  if (age > OLDEST_MS) return { type: "tooOld" };
  return age < YOUNGEST_MS ? { type: "tooYoung" } : { type: "known", id: match[2] };
}

function signatureOf(key: string, accountId: string, said: string): string {
  return createHmac("sha256", key).update(`form\n${accountId}\n${said}`).digest("base64url");
}
