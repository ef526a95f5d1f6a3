import { plantedSql, rewrite } from "./planted.ts";

/** Whoever reports a result is believed, whether the effect still waits for one or not. */
export const resultTwice = plantedSql(
  {
    name: "result applied twice",
    what: "a result counts although its effect is not running any more",
    faults: { twice: 0.5 },
  },
  rewrite(/(UPDATE effects SET state = \?.*) AND state = \? AND attempts = \?/, "$1 AND ? <> '' AND ? > 0"),
);
