import type { EffectId } from "../core/domain/ids.ts";
import type { Accepted, Clock, Store } from "../ports.ts";
import { createDispatch } from "./dispatch.ts";
import type { Library } from "./library.ts";
import { createOutbox, type OutboxDeps } from "./outbox.ts";

export interface WorkerLog {
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
  error(message: string, facts?: Readonly<Record<string, unknown>>): void;
}

export interface WorkerMetrics {
  effectEnded(type: string, end: string, durationMs: number): void;
}

export interface WorkerDeps extends Omit<OutboxDeps, "pollMs"> {
  readonly library: Library;
  /** After a change of accounts or flows in the database. */
  readonly reloadAccounts: () => Promise<void>;
}

/** Everything that happens after a webhook was stored: steps, effects, timers. */
export interface Worker {
  start(): Promise<void>;
  /** A webhook was stored: its conversations are looked at without waiting for the next poll. */
  accepted(accepted: Accepted): void;
  /** No new work; resolves when the work under way is recorded. */
  stop(): Promise<void>;
}

/** Of several processes one must be missed soon: others wait for what it holds. */
const HEARTBEAT_MS = { sqlite: 5000, postgres: 2000 } as const;
/** One process hears of all its own work; several find each other's leftovers by looking. */
const POLL_MS = { sqlite: 5000, postgres: 1000 } as const;

/** Joins dispatch and outbox: steps ask for effects, effects answer with events. */
export function createWorker(deps: WorkerDeps): Worker {
  const { store, clock, log, library } = deps;
  const pollMs = POLL_MS[store.dialect];
  const outbox = createOutbox({ ...deps, pollMs });
  const dispatch = createDispatch({ ...deps, claim: outbox.claim, perform: outbox.perform, pollMs });
  let stopListening: () => void = () => {};
  let stopBeating: () => void = () => {};

  const refreshed = (what: string, again: () => Promise<void>): void => {
    again().catch((error: unknown) => log.error(`${what} could not be read again`, { error: String(error) }));
  };

  return {
    async start() {
      const downMs = await store.operations.alive();
      const { unknown, again } = await store.outbox.recover(downMs);
      if (unknown + again > 0) log.info("recovered after a stop", { downMs, unknown, again });
      await library.refresh();
      stopListening = store.onChange((change) => {
        switch (change.type) {
          case "mailbox":
            return dispatch.wake(change, change.dueAt);
          case "outbox":
            return outbox.wake(change.dueAt);
          case "flows":
            return refreshed("flows", () => library.refresh());
          case "accounts":
            return refreshed("accounts", async () => {
              await deps.reloadAccounts();
              outbox.wake(new Date(clock.now()).toISOString());
            });
          default:
        }
      });
      stopBeating = beat(clock, store, log, outbox.busy);
      await dispatch.poll();
      await outbox.poll();
    },
    accepted({ due }) {
      for (const { ref, dueAt } of due) dispatch.wake(ref, dueAt);
    },
    async stop() {
      stopListening();
      stopBeating();
      await dispatch.stop();
      await outbox.stop();
    },
  };
}

/** Says from time to time that this process lives: leases of a dead one are taken over, downtime is known at the next start. */
function beat(clock: Clock, store: Store, log: WorkerLog, busy: ReadonlySet<EffectId>): () => void {
  let cancel = (): void => {};
  const again = (): void => {
    cancel = clock.after(HEARTBEAT_MS[store.dialect], () => {
      Promise.all([store.outbox.heartbeat(busy), store.operations.alive()])
        .catch((error: unknown) => log.error("heartbeat failed", { error: String(error) }))
        .finally(again);
    });
  };
  again();
  return () => cancel();
}
