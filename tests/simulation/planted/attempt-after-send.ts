import { plantedSql, rewrite } from "./planted.ts";

/** What is sent is on record only when its answer is. */
export const attemptAfterSend = plantedSql(
  {
    name: "attempt row after send",
    what: "an effect's row says that it waits while it is sent; its attempt is counted with the result",
  },
  rewrite(
    /(INSERT INTO effects \([\s\S]*VALUES \((?:\?, ){8})\?, \?/,
    "$1CASE ? WHEN 'running' THEN 'pending' ELSE 'pending' END, ? * 0",
  ),
  rewrite(/UPDATE effects SET state = 'running', attempts = \?/, "UPDATE effects SET attempts = attempts + 0 * ?"),
  rewrite(
    /UPDATE effects SET state = \?(.*) AND state = \? AND attempts = \?/,
    "UPDATE effects SET attempts = attempts + 1, state = ?$1 AND ? <> '' AND ? > 0",
  ),
);
