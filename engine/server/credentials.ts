import { z } from "zod";
import type { Reply } from "./route.ts";

/** An address as people write it; kept in small letters. */
export const email = z
  .string()
  .trim()
  .max(254)
  .toLowerCase()
  .pipe(z.email())
  // Addresses go into headers of mails.
  .refine((value) => !/[\r\n\0]/.test(value));

/** Somebody's name: one line, no signs that change how the line around it reads. */
export const personName = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .refine((name) => !/[\p{Cc}\p{Cf}]/u.test(name), "signs that cannot be seen are not part of a name");

/** A password as it is given; nothing is cut off or changed. */
export const password = z.string().min(1).max(200);
export const language = z.string().regex(/^[a-z]{2}$/);
/** A key out of a link: 256 bits. */
export const linkKey = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

const FEWEST_CHARS = 12;
const FEWEST_DIFFERENT = 5;

/** Why a password is too easy to guess; null: it will do. Long beats complicated (NIST SP 800-63B). */
export function weakness(chosen: string, about: readonly string[]): Reply | null {
  const plain = chosen.toLowerCase();
  const known = about.flatMap((text) => [text.toLowerCase(), ...text.toLowerCase().split(/[@.\s]+/)]);
  const own = known.filter((part) => part.length >= 4).reduce((rest, part) => rest.replaceAll(part, ""), plain);
  const code =
    [...chosen].length < FEWEST_CHARS
      ? "passwordTooShort"
      : new Set(plain).size < FEWEST_DIFFERENT
        ? "passwordTooEven"
        : own.length < FEWEST_DIFFERENT
          ? "passwordLikeName"
          : null;
  return code && { status: 422, body: { error: SENTENCES[code], code } };
}

const SENTENCES = {
  passwordTooShort: `a password has at least ${FEWEST_CHARS} characters`,
  passwordTooEven: "a password has more different characters",
  passwordLikeName: "a password is not one's own name or address",
} as const;
