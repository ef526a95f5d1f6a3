import type { AssistantAnswer } from "../core/domain/effect.ts";
import type { Json } from "../core/domain/json.ts";
import { textOf } from "../core/domain/message.ts";
import { isTopic, wordsOf } from "../core/playbook/words.ts";
import { isOverBudget, recordUsage } from "./budget.ts";
import { again, type EffectContext, failed, type Perform } from "./effect-type.ts";

const HISTORY = 14;
const MOST_PRODUCTS = 200;
const FIRST_PRODUCTS = 20;
const TIME_MS = 45_000;

/** Lets the assistant answer from the playbook that was published with the flow. */
export const answer: Perform<"answer"> = async (effect, context) => {
  const { store, workspace, claimed, llm } = context;
  const playbookSource = await playbookOf(effect.playbook, context);
  if (playbookSource === null) return failed("invalid", "the flow was published without a playbook");
  if (await isOverBudget(context)) return failed("overBudget", "the tokens of this day are used up");
  const history = await store.conversations.recent(workspace.id, claimed.conversationId, HISTORY);
  const contact = await store.conversations.contact(workspace.id, claimed.contactId);
  // Those that share a word with the question; the assistant ranks them. Without any, the first of the catalogue.
  const words = wordsOf(effect.question, effect.language).filter(isTopic);
  const { language } = effect;
  const named = await store.shop.products(workspace.id, { language, anyOf: words, limit: MOST_PRODUCTS });
  const products =
    named.length > 0 ? named : await store.shop.products(workspace.id, { language, limit: FIRST_PRODUCTS });
  const outcome = await llm.answer(
    {
      ...effect,
      playbookSource,
      products,
      contactFirstName: contact?.firstName ?? "",
      history: history
        .map((message) => ({ author: message.author, text: textOf(message.content) }))
        .filter(({ text }) => text !== ""),
    },
    AbortSignal.timeout(TIME_MS),
  );
  await recordUsage(context, outcome.usage, "answer" in outcome);
  if ("error" in outcome) return again(context, outcome.error.code, outcome.error.detail);
  const given: AssistantAnswer = outcome.answer;
  return { type: "done", result: given as unknown as Json };
};

/** The playbook as it was when the running version of the flow was published. */
async function playbookOf(_name: string, { store, workspace, claimed }: EffectContext): Promise<string | null> {
  const run = await store.conversations.run(workspace.id, claimed.conversationId);
  if (!run) return null;
  const state = run.state as unknown as { readonly frames: readonly { readonly versionId: typeof run.versionId }[] };
  const ids = [...state.frames].reverse().map(({ versionId }) => versionId);
  const versions = await store.flows.versions(ids);
  for (const id of ids) {
    const playbook = versions.find((version) => version.id === id)?.playbook;
    if (playbook) return playbook;
  }
  return null;
}
