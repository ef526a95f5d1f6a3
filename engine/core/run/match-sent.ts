import type { SentLine } from "../domain/channel.ts";
import type { IdentityValue } from "../domain/contact.ts";
import { type OutboundContent, textOf } from "../domain/message.ts";

/** A send of which nobody knows whether it arrived. */
export interface UnknownSend {
  readonly effectId: string;
  readonly recipient: readonly IdentityValue[];
  readonly content: OutboundContent;
  /** When the attempt began whose answer was lost. */
  readonly startedAt: string;
}

/** Providers count in whole seconds, and by their own clock. */
const BEFORE_MS = 5_000;
/** What was sent so much later was another message. */
const AFTER_MS = 600_000;

/**
 * Which lines of a provider's list are sends of ours whose answer was lost: the same person, the same words, the right
 * time; each line for one send only, the oldest for the oldest (C-6).
 */
export function matchSent(
  unknown: readonly UnknownSend[],
  lines: readonly SentLine[],
): readonly { readonly effectId: string; readonly line: SentLine }[] {
  const left = [...lines].sort((a, b) => (a.at < b.at ? -1 : 1));
  return [...unknown]
    .sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
    .flatMap(({ effectId, recipient, content, startedAt }) => {
      const from = Date.parse(startedAt);
      const words = plain(textOf(content));
      const at = left.findIndex(
        (line) =>
          recipient.some(({ value }) => value === line.to) &&
          plain(line.text) === words &&
          Date.parse(line.at) >= from - BEFORE_MS &&
          Date.parse(line.at) <= from + AFTER_MS,
      );
      if (at < 0) return [];
      const [line] = left.splice(at, 1);
      return line ? [{ effectId, line }] : [];
    });
}

/** Some providers replace typographic marks and spaces on the way. */
function plain(text: string): string {
  return text
    .replace(/[\s\u00a0\u202f]+/g, " ")
    .replace(/[‘’]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/[–—]/g, "-")
    .replace(/…/g, "...")
    .trim();
}
