import { nothing, plantedSql, rewrite } from "./planted.ts";

/** A person takes over; what the bot still had to say is said. */
export const takeoverNotCancelling = plantedSql(
  {
    name: "takeover not cancelling",
    what: "waiting sends of the bot stay, and a claim does not look at the owner either",
    faults: { agents: 0.4, answerMs: 8000 },
  },
  rewrite(/^\s*UPDATE effects SET state = 'cancelled' WHERE[\s\S]*RETURNING id/, nothing),
  rewrite(/SELECT owner, status FROM conversations WHERE/, "SELECT 'bot' AS owner, status FROM conversations WHERE"),
);
