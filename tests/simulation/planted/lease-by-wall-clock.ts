import { plantedSql, rewrite } from "./planted.ts";

/** An open attempt of a dead process is left alone until the wall clock has passed its lease. */
export const leaseByWallClock = plantedSql(
  {
    name: "lease by wall clock",
    what: "on SQLite leases are of processes; here a start takes over only what the clock says has run out",
    faults: { crashAtStep: 0.03, mostCrashes: 6 },
  },
  rewrite(/lease_by <> \?/, (sql, { wall }) =>
    sql.replace(/lease_by <> \?/, `started_at + 60000 <= ${wall()} AND ? <> ''`),
  ),
);
