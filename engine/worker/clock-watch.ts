import type { Clock, Store } from "../ports.ts";

const LOOK_MS = 1000;
/** Clocks are slewed by less; who jumps further was set. */
const JUMP_MS = 5000;

/**
 * Notices when somebody sets the clock of the machine: it no longer goes as far as the machine's own running time. The
 * operator is told, and what would wait for the old time is due again (C-8).
 */
export function watchClock(deps: {
  readonly store: Pick<Store, "operations">;
  readonly clock: Clock;
  readonly log: (message: string) => void;
  /** Milliseconds that only ever go forward. */
  readonly running: () => number;
}): () => void {
  const { store, clock, log, running } = deps;
  let wall = clock.now();
  let ran = running();
  let cancel = (): void => {};
  const look = async (): Promise<void> => {
    const jumpMs = clock.now() - wall - (running() - ran);
    if (Math.abs(jumpMs) > JUMP_MS) {
      log(`the clock of this machine was set by ${Math.round(jumpMs / 1000)} s`);
      await store.operations.clockJumped(Math.round(jumpMs));
    }
    wall = clock.now();
    ran = running();
  };
  const again = (): void => {
    cancel = clock.after(LOOK_MS, () => {
      look()
        .catch((error: unknown) => log(`the jump of the clock could not be recorded: ${String(error)}`))
        .finally(again);
    });
  };
  again();
  return () => cancel();
}
