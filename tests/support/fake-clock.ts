import type { Clock } from "../../engine/ports.ts";

/** A clock that stands still until it is told to move; timers fire in order on the way. */
export interface FakeClock extends Clock {
  advance(ms: number): void;
  /** How many timers are set. */
  readonly pending: number;
}

export function fakeClock(startAt = Date.parse("2026-03-02T09:00:00.000Z")): FakeClock {
  let now = startAt;
  let timers: { readonly at: number; readonly run: () => void }[] = [];
  return {
    now: () => now,
    after(delayMs, run) {
      const timer = { at: now + delayMs, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((one) => one !== timer);
      };
    },
    advance(ms) {
      const until = now + ms;
      for (;;) {
        const due = timers.filter((one) => one.at <= until).sort((a, b) => a.at - b.at)[0];
        if (!due) break;
        timers = timers.filter((one) => one !== due);
        now = Math.max(now, due.at);
        due.run();
      }
      now = until;
    },
    get pending() {
      return timers.length;
    },
  };
}
