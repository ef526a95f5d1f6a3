import { nothing, type Planted, plantedSql, rewrite } from "./planted.ts";

const BEGINS = /^\s*(INSERT INTO effects|UPDATE effects SET state = 'running')/;

const begin = plantedSql(
  {
    name: "send on disk full",
    what: "while the disk is full, what cannot be recorded of a send is left out and the send leaves",
  },
  rewrite(BEGINS, (sql, simulation) => (simulation.diskIsFull() ? nothing(sql) : sql)),
);

/** A full disk refuses the rows of an attempt; the engine shrugs. */
export const sendOnFullDisk: Planted = {
  ...begin,
  faults: { diskFull: [{ from: 0, to: 600_000 }], spanMs: 60_000 },
  survivesFull: () => true,
};
