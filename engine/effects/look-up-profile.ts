import { again, type EffectEnd, type Perform, TRIES } from "./effect-type.ts";

const KNOWN_NOTHING: EffectEnd = { type: "done", result: null };

/**
 * Asks the provider for the name and the language of somebody who has only an id. No answer waits for it, and it never
 * fails: a person whom the provider does not name stays without a name.
 */
export const lookUpProfile: Perform<"lookUpProfile"> = async (_, context) => {
  const { account, channels, claimed, store, workspace } = context;
  const channel = account && channels.of(account.channel);
  if (!account || !channel?.lookUpProfile || !channel.readProfile) return KNOWN_NOTHING;
  for (const call of channel.lookUpProfile({ identities: claimed.recipient }, account)) {
    const outcome = await context.call(call, channels.baseUrl(account.channel));
    if (outcome.type !== "answered" || outcome.response.status >= 500) {
      const detail = outcome.type === "answered" ? `HTTP ${outcome.response.status}` : outcome.detail;
      return claimed.attempt < TRIES ? again(context, "unavailable", detail) : KNOWN_NOTHING;
    }
    const profile = channel.readProfile(outcome.response);
    if (!profile) continue;
    await store.conversations.introduce(workspace.id, claimed.conversationId, claimed.contactId, profile);
    return { type: "done", result: null };
  }
  return KNOWN_NOTHING;
};
