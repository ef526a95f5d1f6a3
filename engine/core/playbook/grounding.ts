import { claimsOf } from "./claims.ts";

/**
 * What an answer promises and its sources do not hold: prices, numbers with their units, times, dates, weekdays, "free",
 * addresses of the web or of mail. An answer with any of these is not sent (S-41). Pure comparison of texts, so a model
 * cannot talk its way around.
 */
export function unfounded(answer: string, sources: readonly string[]): readonly string[] {
  const ground = new Set(sources.flatMap(claimsOf));
  const numbers = new Set([...ground].flatMap((claim) => claim.match(/^\d+(?:\.\d+)?/)?.[0] ?? []));
  const holds = (claim: string): boolean =>
    ground.has(claim) || (isBare(claim) && (isSmall(claim) || numbers.has(claim)));
  // A list's own numbering promises nothing.
  const claims = claimsOf(answer.replace(/^\s*\d+[.)]\s/gm, ""));
  return [...new Set(claims.filter((claim) => !holds(claim)))];
}

const isBare = (claim: string): boolean => /^\d+(?:\.\d+)?$/.test(claim);
/** "One of two": without a unit, no promise. */
const isSmall = (claim: string): boolean => Number(claim) <= 3;

/** Signs that no person types: they hide words from readers and show them to models (S-40). */
export function withoutHiddenSigns(text: string): string {
  return text.replace(/[\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]|[\u{E0000}-\u{E007F}]/gu, "");
}
