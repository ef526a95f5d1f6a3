import type { Clock, Keep, Store } from "../ports.ts";
import type { WorkerLog } from "./worker.ts";

/** A start has better things to do at first. */
const FIRST_MS = 60_000;
/** Between two slices: the writer is everybody's. */
const PAUSE_MS = 50;
const AGAIN_MS = 60_000;

export interface PurgeDeps {
  readonly store: Pick<Store, "retention">;
  readonly clock: Clock;
  readonly log: WorkerLog;
  readonly metrics: { purged(table: string, rows: number, heldMs: number): void };
  readonly keep: Keep;
}

/** Keeps the database from growing for ever: removes old history in the background, a little at a time. Returns how to stop. */
export function startPurge({ store, clock, log, metrics, keep }: PurgeDeps): () => Promise<void> {
  let stopped = false;
  let cancel = (): void => {};
  let current: Promise<void> = Promise.resolve();
  const slice = async (): Promise<void> => {
    let waitMs = AGAIN_MS;
    try {
      const { removed, compressed, nextAt, heldMs } = await store.retention.slice(keep);
      for (const [table, rows] of Object.entries(removed)) metrics.purged(table, rows, heldMs);
      if (compressed > 0) metrics.purged("raw_deliveries (compressed)", compressed, heldMs);
      waitMs = Math.max(PAUSE_MS, nextAt - clock.now());
    } catch (error) {
      log.warn("old history could not be removed", { error: String(error) });
    }
    if (!stopped) wait(waitMs);
  };
  const wait = (ms: number): void => {
    cancel = clock.after(ms, () => {
      current = slice();
    });
  };
  wait(FIRST_MS);
  return async () => {
    stopped = true;
    cancel();
    await current;
  };
}
