import type { Planted } from "./planted.ts";

/** A delivery is acknowledged while its transaction still waits. */
export const ackBeforeCommit: Planted = {
  name: "ack before commit",
  what: "`inbox.accept` resolves at once; the write goes on behind it",
  faults: { slowDiskMs: 20 },
  store: (store) => ({
    ...store,
    inbox: {
      async accept(delivery) {
        store.inbox.accept(delivery).catch(() => {});
        return { stored: delivery.events.length, duplicates: 0, due: [], messages: [] };
      },
    },
  }),
};
