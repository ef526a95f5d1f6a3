import { plantedSql, rewrite } from "./planted.ts";

/** Whatever kills the process is tried again for ever. */
export const counterAfterAttempt = plantedSql(
  {
    name: "counter after attempt",
    what: "an attempt at an event is not on record before it is made, so a death leaves no trace of it",
    faults: { lethal: 0.2 },
  },
  rewrite(/UPDATE events SET attempts = attempts \+ 1/, "UPDATE events SET attempts = attempts"),
);
