import type { Planted } from "./planted.ts";

/** A snapshot that names a state that is not there any more ends the process. */
export const missingStateCrash: Planted = {
  name: "snapshot missing state crash",
  what: "XState's own way with an unknown state: an error that nobody catches",
  faults: { brokenSnapshot: 1 },
  decides(simulation, state, die) {
    if (!state.includes('"value":"gone-')) return;
    simulation.count("death by a snapshot");
    die();
  },
};
