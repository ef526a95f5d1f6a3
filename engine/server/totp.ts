import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** RFC 6238 with what every authenticator app expects: SHA-1, 30 seconds, 6 digits. */
const STEP_MS = 30_000;
const DIGITS = 6;
/** Phones that are half a minute wrong are let in. */
const AROUND = [0, -1, 1];
const KEY_BYTES = 20;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** A new key, as authenticator apps take it. */
export function newTotpKey(): string {
  let bits = "";
  for (const byte of randomBytes(KEY_BYTES)) bits += byte.toString(2).padStart(8, "0");
  return (bits.match(/.{5}/g) ?? []).map((five) => BASE32[Number.parseInt(five, 2)]).join("");
}

/** The link that authenticator apps read as a QR code. */
export function totpLink(key: string, account: string, issuer: string): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  return `otpauth://totp/${label}?secret=${key}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=${DIGITS}&period=${STEP_MS / 1000}`;
}

/** The step of the clock that a code belongs to; null: it is not good now. */
export function totpStep(key: string, code: string, now: number): number | null {
  const current = Math.floor(now / STEP_MS);
  let found: number | null = null;
  // All are looked at, whichever fits: how long it takes tells nothing.
  for (const offset of AROUND) {
    const expected = Buffer.from(totpCode(key, current + offset));
    const given = Buffer.from(code.padStart(DIGITS, "x").slice(0, DIGITS));
    if (given.length === expected.length && timingSafeEqual(expected, given)) found ??= current + offset;
  }
  return found;
}

/** The code of a step. */
export function totpCode(key: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac("sha1", bytesOf(key)).update(counter).digest();
  const place = (digest[digest.length - 1] ?? 0) & 15;
  return String((digest.readUInt32BE(place) & 0x7fffffff) % 10 ** DIGITS).padStart(DIGITS, "0");
}

function bytesOf(key: string): Buffer {
  const bits = [...key].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}
