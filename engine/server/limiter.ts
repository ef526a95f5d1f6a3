import type { Clock } from "../ports.ts";

/** Buckets that nobody asked for this long are forgotten. */
const FORGET_MS = 600_000;

/** So many per time for one key; null: may go; else seconds to wait. */
export interface Limiter {
  (key: string): number | null;
  /** It was not one of those that are limited after all: somebody who knew the password. */
  giveBack(key: string): void;
}

export function createLimiter(clock: Clock, most: number, perMs: number): Limiter {
  const buckets = new Map<string, { tokens: number; at: number }>();
  // Whoever is forgotten may begin anew: never before the bucket is full again by itself.
  const forgetMs = Math.max(FORGET_MS, perMs);
  let swept = clock.now();
  const limiter = (key: string): number | null => {
    const now = clock.now();
    if (now - swept > forgetMs) {
      swept = now;
      for (const [name, bucket] of buckets) if (now - bucket.at > forgetMs) buckets.delete(name);
    }
    const bucket = buckets.get(key) ?? { tokens: most, at: now };
    bucket.tokens = Math.min(most, bucket.tokens + ((now - bucket.at) / perMs) * most);
    bucket.at = now;
    buckets.set(key, bucket);
    if (bucket.tokens < 1) return Math.max(1, Math.ceil(((1 - bucket.tokens) * perMs) / most / 1000));
    bucket.tokens -= 1;
    return null;
  };
  return Object.assign(limiter, {
    giveBack(key: string) {
      const bucket = buckets.get(key);
      if (bucket) bucket.tokens = Math.min(most, bucket.tokens + 1);
    },
  });
}
