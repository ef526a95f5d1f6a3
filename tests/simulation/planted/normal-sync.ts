import type { Planted } from "./planted.ts";

/** A commit returns before it is on disk. */
export const normalSync: Planted = {
  name: "NORMAL sync",
  what: "the connection has `synchronous = NORMAL`: when the power goes, commits since the last sync are lost",
  faults: { crashAtStep: 0.01, mostCrashes: 3, powerLoss: true },
  prepare: (db) => db.pragma("synchronous = NORMAL"),
};
