import type { Breaker } from "../ports.ts";

const FAILURES_TO_OPEN = 5;
const WITHIN_MS = 30_000;
const FIRST_PROBE_MS = 30_000;
const LAST_PROBE_MS = 300_000;

interface Line {
  failures: number[];
  openUntil: number;
  probeMs: number;
}

/** Five failures within 30 s open the line; probes after 30 s, 60 s, … at most every 5 minutes. */
export function createBreaker(): Breaker {
  const lines = new Map<string, Line>();
  return {
    openUntil(accountId, now) {
      const line = lines.get(accountId);
      if (!line || line.openUntil === 0) return 0;
      if (line.openUntil > now) return line.openUntil;
      // This call is the probe: the next ones wait until it has come back.
      line.openUntil = now + line.probeMs;
      return 0;
    },
    succeeded(accountId) {
      lines.delete(accountId);
    },
    failed(accountId, now) {
      const line = lines.get(accountId) ?? { failures: [], openUntil: 0, probeMs: FIRST_PROBE_MS };
      lines.set(accountId, line);
      if (line.openUntil > 0) {
        line.probeMs = Math.min(line.probeMs * 2, LAST_PROBE_MS);
        line.openUntil = now + line.probeMs;
        return;
      }
      line.failures = [...line.failures.filter((at) => now - at < WITHIN_MS), now];
      if (line.failures.length >= FAILURES_TO_OPEN) line.openUntil = now + line.probeMs;
    },
  };
}
