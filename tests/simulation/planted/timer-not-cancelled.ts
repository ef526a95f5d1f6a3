import { plantedSql, rewrite } from "./planted.ts";

/** A run leaves its state, its timers stay. */
export const timerNotCancelled = plantedSql(
  { name: "timer not cancelled", what: "a step that leaves no timer in a conversation keeps those that were there" },
  rewrite(
    /(UPDATE conversations SET owner = [\s\S]*), timers = \?/,
    "$1, timers = (SELECT CASE given WHEN '[]' THEN conversations.timers ELSE given END FROM (SELECT ? AS given))",
  ),
);
