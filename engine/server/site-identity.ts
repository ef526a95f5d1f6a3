import { createHmac, timingSafeEqual } from "node:crypto";
import { z } from "zod";

/** A token that is good for longer than this would be a password. */
const LONGEST_S = 30 * 24 * 3600;
/** Clocks of two servers differ a little. */
const SKEW_S = 60;

const claims = z.object({
  sub: z.string().min(1).max(200),
  exp: z.number(),
  nbf: z.number().optional(),
  name: z.string().trim().max(200).optional(),
  email: z.email().max(254).optional(),
  phone: z
    .string()
    .regex(/^\+[1-9]\d{6,14}$/)
    .optional(),
});

/** Whom the site's own server says that the visitor is. */
export interface SitePerson {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
}

/**
 * Reads a JSON Web Token that the site's server signed: HS256 and nothing else (RFC 7515, RFC 7519), with an end. Null:
 * not signed with this secret, over, or not yet begun.
 */
export function sitePersonOf(token: string, secret: string, nowMs: number): SitePerson | null {
  const [head = "", body = "", signature = "", ...more] = token.split(".");
  if (more.length > 0 || token.length > 4000 || secret === "") return null;
  const expected = createHmac("sha256", secret).update(`${head}.${body}`).digest();
  const given = Buffer.from(signature, "base64url");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
  const header = z.object({ alg: z.literal("HS256"), crit: z.undefined().optional() }).safeParse(jsonOf(head));
  const parsed = claims.safeParse(jsonOf(body));
  if (!header.success || !parsed.success) return null;
  const { sub, exp, nbf, name, email, phone } = parsed.data;
  const now = nowMs / 1000;
  if (exp + SKEW_S < now || exp > now + LONGEST_S || (nbf ?? 0) > now + SKEW_S) return null;
  return { id: sub, name: name || null, email: email?.toLowerCase() ?? null, phone: phone ?? null };
}

function jsonOf(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
  } catch {
    return null;
  }
}
