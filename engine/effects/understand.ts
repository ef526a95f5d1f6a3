import type { Json } from "../core/domain/json.ts";
import { isOverBudget, recordUsage } from "./budget.ts";
import { again, failed, type Perform } from "./effect-type.ts";

const TIME_MS = 30_000;

/** Lets the assistant read what a text is about and what it says. */
export const understand: Perform<"understand"> = async (effect, context) => {
  const { workspace, clock, llm } = context;
  if (await isOverBudget(context)) return failed("overBudget", "the tokens of this day are used up");
  const question = { ...effect, now: new Date(clock.now()).toISOString(), country: workspace.country };
  const outcome = await llm.understand(question, AbortSignal.timeout(TIME_MS));
  await recordUsage(context, outcome.usage, "understood" in outcome);
  if ("error" in outcome) return again(context, outcome.error.code, outcome.error.detail);
  return { type: "done", result: outcome.understood as unknown as Json };
};
