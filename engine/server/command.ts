import type { ConversationId } from "../core/domain/ids.ts";
import type { MailboxEvent } from "../core/domain/mailbox-event.ts";
import type { AccountScope } from "../core/domain/rights.ts";
import type { ServerDeps } from "./deps.ts";
import { NOT_FOUND, ok, type Reply } from "./route.ts";

/** Puts an order of a person into the mailbox of a conversation; 404 when it is not theirs or not there. */
export async function command(
  { store, ids }: Pick<ServerDeps, "store" | "ids">,
  scope: AccountScope,
  conversationId: string,
  event: MailboxEvent,
): Promise<Reply> {
  const conversation = await store.conversations.get(scope, conversationId as ConversationId);
  if (!conversation) return NOT_FOUND;
  const ref = { workspaceId: conversation.workspaceId, conversationId: conversation.id };
  const { added } = await store.mailbox.enqueue(ref, event, `${event.type}:${ids.token()}`);
  return added ? ok({ done: true }) : NOT_FOUND;
}
