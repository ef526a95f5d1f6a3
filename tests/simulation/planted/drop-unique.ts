import type Sqlite from "better-sqlite3";
import { plantedSql, rewrite } from "./planted.ts";

/** The keys of deliveries, in a table that takes every one of them again. */
export function withoutKeys(db: Sqlite.Database): void {
  db.exec(
    "DROP TABLE dedupe_keys; CREATE TABLE dedupe_keys (workspace_id text, scope text, key text, message_id text, body_hash text, at integer)",
  );
}

/** Without the index, `ON CONFLICT` has nothing to be in conflict with. */
export const takesAll = () => rewrite(/(INSERT INTO dedupe_keys[\s\S]*?)ON CONFLICT \([^)]*\) DO NOTHING/, "$1");

/** Nothing is unique any more among the keys of deliveries. */
export const dropUnique = plantedSql(
  {
    name: "drop UNIQUE",
    what: "the primary key of `dedupe_keys` is gone",
    faults: { duplicates: 0.5 },
    prepare: withoutKeys,
  },
  takesAll(),
);
