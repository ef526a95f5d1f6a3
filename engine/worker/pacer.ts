import type { Capabilities } from "../core/domain/channel.ts";

/** Full buckets that nobody asked about for this long are forgotten. */
const FORGET_MS = 10 * 60_000;

interface Bucket {
  tokens: number;
  at: number;
}

/** Keeps sends below what a channel allows, per account and per recipient, before the provider has to refuse. */
export interface Pacer {
  /** Takes a token of both buckets, or none and says when there will be one (ms since 1970). */
  take(
    accountId: string,
    conversationId: string,
    pace: Capabilities["pace"],
    now: number,
  ): { readonly at: number } | null;
  /** The provider said to slow down: nothing of this account, or to this recipient, before `until`. */
  hold(key: string, until: number): void;
}

/** Token buckets in memory: a restart starts them full, which the providers' own bursts allow. */
export function createPacer(): Pacer {
  const buckets = new Map<string, Bucket>();
  const held = new Map<string, number>();
  let swept = 0;
  return {
    take(accountId, conversationId, pace, now) {
      if (now - swept > FORGET_MS) {
        swept = now;
        for (const [key, bucket] of buckets) if (now - bucket.at > FORGET_MS) buckets.delete(key);
        for (const [key, until] of held) if (until <= now) held.delete(key);
      }
      const until = Math.max(held.get(accountId) ?? 0, held.get(conversationId) ?? 0);
      if (until > now) return { at: until };
      const account = refill(buckets, accountId, pace.account, now);
      const recipient = pace.recipient && refill(buckets, conversationId, pace.recipient, now);
      const wait = Math.max(
        missingMs(account, pace.account.perSecond),
        recipient && pace.recipient ? missingMs(recipient, pace.recipient.perSecond) : 0,
      );
      if (wait > 0) return { at: now + wait };
      account.tokens -= 1;
      if (recipient) recipient.tokens -= 1;
      return null;
    },
    hold(key, until) {
      held.set(key, Math.max(held.get(key) ?? 0, until));
    },
  };
}

function refill(
  buckets: Map<string, Bucket>,
  key: string,
  pace: { readonly perSecond: number; readonly burst: number },
  now: number,
): Bucket {
  const bucket = buckets.get(key);
  if (!bucket) {
    const full = { tokens: pace.burst, at: now };
    buckets.set(key, full);
    return full;
  }
  const passedMs = Math.max(0, now - bucket.at);
  bucket.tokens = Math.min(pace.burst, bucket.tokens + (passedMs / 1000) * pace.perSecond);
  bucket.at = now;
  return bucket;
}

function missingMs(bucket: Bucket, perSecond: number): number {
  return bucket.tokens >= 1 ? 0 : Math.ceil(((1 - bucket.tokens) / perSecond) * 1000);
}
