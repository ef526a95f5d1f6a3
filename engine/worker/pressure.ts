import type { Clock, Store } from "../ports.ts";

/** How much waits to be applied: `busy`: whoever can wait is asked to; `swamped`: even providers are. */
export type Pressure = "calm" | "busy" | "swamped";

const LOOK_MS = 5000;
/** Conversations with mail that nobody has looked at yet. A machine applies thousands of events in some seconds. */
const BUSY = 5000;
const SWAMPED = 200_000;

/** Measures from time to time what waits, so that load is shed in order (C-10). */
export function createPressure(deps: {
  readonly store: Pick<Store, "operations">;
  readonly clock: Clock;
  readonly log: (message: string) => void;
}): { now(): Pressure; stop(): void } {
  let pressure: Pressure = "calm";
  let cancel = (): void => {};
  const look = async (): Promise<void> => {
    try {
      const { mailboxDue } = await deps.store.operations.gauges();
      const next = mailboxDue >= SWAMPED ? "swamped" : mailboxDue >= BUSY ? "busy" : "calm";
      if (next !== pressure) deps.log(`${mailboxDue} conversations wait: ${next}`);
      pressure = next;
    } catch {
      // Without an answer the last one stands; the database says no for itself.
    }
  };
  const again = (): void => {
    cancel = deps.clock.after(LOOK_MS, () => void look().then(again));
  };
  again();
  return { now: () => pressure, stop: () => cancel() };
}
