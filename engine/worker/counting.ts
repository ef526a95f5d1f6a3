import type { Clock, Store } from "../ports.ts";
import type { WorkerLog } from "./worker.ts";

const EVERY_MS = 5000;
/** Between two batches, while there is much to count: the writer is everybody's. */
const PAUSE_MS = 100;
const BATCH = 200;

/** Counts what passed through flows in the background. Returns how to stop. */
export function startCounting(deps: {
  readonly store: Pick<Store, "figures">;
  readonly clock: Clock;
  readonly log: WorkerLog;
}): () => Promise<void> {
  let stopped = false;
  let cancel = (): void => {};
  let current: Promise<void> = Promise.resolve();
  const batch = async (): Promise<void> => {
    let waitMs = EVERY_MS;
    try {
      if ((await deps.store.figures.count(BATCH)).more) waitMs = PAUSE_MS;
    } catch (error) {
      deps.log.warn("the figures of flows could not be counted", { error: String(error) });
    }
    if (!stopped) wait(waitMs);
  };
  const wait = (ms: number): void => {
    cancel = deps.clock.after(ms, () => {
      current = batch();
    });
  };
  wait(EVERY_MS);
  return async () => {
    stopped = true;
    cancel();
    await current;
  };
}
