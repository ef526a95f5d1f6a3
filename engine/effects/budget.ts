import type { LlmUsage } from "../ports.ts";
import type { EffectContext } from "./effect-type.ts";

const DAY_MS = 86_400_000;

/** Whether the workspace or this conversation has used up its tokens of the last 24 hours: then a person answers. */
export async function isOverBudget({ store, workspace, claimed, settings, clock }: EffectContext): Promise<boolean> {
  const since = new Date(clock.now() - DAY_MS).toISOString();
  const { operations } = store;
  return (
    (await operations.tokensSince(workspace.id, since, null)) >= settings.dailyTokens ||
    (await operations.tokensSince(workspace.id, since, claimed.conversationId)) >= settings.conversationTokens
  );
}

/** Keeps what a call cost, whether it answered or not. */
export async function recordUsage(context: EffectContext, usage: LlmUsage | null, ok: boolean): Promise<void> {
  const { store, workspace, claimed } = context;
  if (usage) await store.operations.usage(workspace.id, { ...usage, conversationId: claimed.conversationId, ok });
}
