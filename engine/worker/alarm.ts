import type { Clock } from "../ports.ts";

/** Timers of the runtime cannot be longer than about 24.8 days; and a changed wall clock should be noticed. */
const LONGEST_MS = 60_000;

/** One wake-up call: the earliest moment that was asked for wins. */
export interface Alarm {
  /** Calls back at this moment (ms since 1970), unless an earlier one is set already. */
  at(time: number): void;
  cancel(): void;
}

/** Makes an alarm that calls `ring` once; whoever is rung sets the next. */
export function createAlarm(clock: Clock, ring: () => void): Alarm {
  let due = Number.POSITIVE_INFINITY;
  let cancel: (() => void) | null = null;
  const arm = (): void => {
    cancel?.();
    const armedAt = clock.now();
    cancel = clock.after(Math.min(Math.max(0, due - armedAt), LONGEST_MS), () => {
      cancel = null;
      const now = clock.now();
      // A clock that was set back would keep us waiting until it is as late again: better ring once too often.
      if (due > now && now >= armedAt) return arm();
      due = Number.POSITIVE_INFINITY;
      ring();
    });
  };
  return {
    at(time) {
      if (time >= due) return;
      due = time;
      arm();
    },
    cancel() {
      cancel?.();
      cancel = null;
      due = Number.POSITIVE_INFINITY;
    },
  };
}
