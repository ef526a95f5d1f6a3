import { plantedSql, rewrite } from "./planted.ts";

/** The provider's clock says what comes first. */
export const seqByTimestamp = plantedSql(
  {
    name: "seq by timestamp",
    what: "events of a conversation are applied by the provider's time, not by their place in the mailbox",
    faults: { reorderMs: 10_000, burstWindowMs: 3000 },
  },
  rewrite(/(FROM events WHERE[\s\S]*) ORDER BY seq/, "$1 ORDER BY COALESCE(json_extract(payload, '$.at'), ''), seq"),
);
