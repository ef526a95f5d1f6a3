import type { Clock } from "../ports.ts";

/** Buckets that nobody asked for this long are forgotten. */
const FORGET_MS = 600_000;

/** So many per time for one key; null: may go; else seconds to wait. */
export type Limiter = (key: string) => number | null;

export function createLimiter(clock: Clock, most: number, perMs: number): Limiter {
  const buckets = new Map<string, { tokens: number; at: number }>();
  let swept = clock.now();
  return (key) => {
    const now = clock.now();
    if (now - swept > FORGET_MS) {
      swept = now;
      for (const [name, bucket] of buckets) if (now - bucket.at > FORGET_MS) buckets.delete(name);
    }
    const bucket = buckets.get(key) ?? { tokens: most, at: now };
    bucket.tokens = Math.min(most, bucket.tokens + ((now - bucket.at) / perMs) * most);
    bucket.at = now;
    buckets.set(key, bucket);
    if (bucket.tokens < 1) return Math.max(1, Math.ceil(((1 - bucket.tokens) * perMs) / most / 1000));
    bucket.tokens -= 1;
    return null;
  };
}
