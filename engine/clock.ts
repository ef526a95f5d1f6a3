import type { Clock } from "./ports.ts";

/** The machine's clock. Its timers do not keep the process alive: the server does. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
