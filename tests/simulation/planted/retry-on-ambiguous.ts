import type { Planted } from "./planted.ts";

/** What nobody knows about is simply sent again. */
export const retryOnAmbiguous: Planted = {
  name: "retry on ambiguous",
  what: "an unknown outcome is taken for a send that did not happen",
  faults: { providerFails: 0.2, profiles: ["resetAfter", "http502taken", "blackHoleTaken", "garbage"] },
  store: (store, simulation) => ({
    ...store,
    outbox: {
      ...store.outbox,
      settle: (effect, end, claim) =>
        store.outbox.settle(
          effect,
          end.type === "unknown"
            ? { type: "retry", at: new Date(simulation.wall() + 1000).toISOString(), error: { code: "providerDown" } }
            : end,
          claim,
        ),
    },
  }),
};
