import type { ConversationId, WorkspaceId } from "../core/domain/ids.ts";
import type { MailboxEvent } from "../core/domain/mailbox-event.ts";
import type { ServerDeps } from "./deps.ts";
import { NOT_FOUND, ok, type Reply } from "./route.ts";

/** Puts an order of a person into the mailbox of a conversation; 404 when it is not theirs or not there. */
export async function command(
  { store, ids }: Pick<ServerDeps, "store" | "ids">,
  workspaceId: WorkspaceId,
  conversationId: string,
  event: MailboxEvent,
): Promise<Reply> {
  const ref = { workspaceId, conversationId: conversationId as ConversationId };
  const { added } = await store.mailbox.enqueue(ref, event, `${event.type}:${ids.token()}`);
  return added ? ok({ done: true }) : NOT_FOUND;
}
