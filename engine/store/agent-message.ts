import { createHash } from "node:crypto";
import type { ChannelType } from "../core/domain/channel.ts";
import type { ConversationRef } from "../core/domain/conversation.ts";
import { effectId, messageIdOf, type WorkspaceId } from "../core/domain/ids.ts";
import type { OutboundContent } from "../core/domain/message.ts";
import type { ConversationRows } from "../ports.ts";
import { insertEffect } from "./attempts.ts";
import type { Context, Told } from "./context.ts";
import { messageOfRow } from "./rows.ts";
import { number, numberOrNull, one, put, type Row, type Script, scope, text, textOrNull } from "./sql.ts";
import { cancelBotSends, insertMessage, post, previewOf } from "./threads.ts";

type Answer = Awaited<ReturnType<ConversationRows["sendAsAgent"]>>;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** Until when a person may write: where the channel gives people longer than the bot, so much longer. */
function agentWindow(context: Context, row: Row): number | null {
  const window = numberOrNull(row, "window_expires_at");
  const { serviceWindowHours, agentWindowHours } = context.capabilitiesOf(text(row, "channel") as ChannelType);
  if (window === null || serviceWindowHours === null || agentWindowHours === undefined) return window;
  return window + (agentWindowHours - serviceWindowHours) * HOUR_MS;
}

/**
 * A person writes: in one transaction the conversation becomes theirs, what the bot still had to say is cancelled and
 * the message is in the thread and in the outbox. The same client id gives the same message back.
 */
export function* sendAsAgent(
  context: Context,
  ref: ConversationRef,
  message: {
    readonly content: OutboundContent;
    readonly by: string;
    readonly authorName?: string;
    readonly clientId: string;
    readonly via: "inbox" | "api";
  },
): Script<Told<Answer>> {
  const now = context.clock.now();
  const workspaceId = scope(ref.workspaceId) as WorkspaceId;
  const row = yield* one(
    "SELECT * FROM conversations WHERE workspace_id = ? AND id = ? /*lock*/",
    workspaceId,
    ref.conversationId,
  );
  if (!row) return { result: { type: "notFound" }, changes: [] };
  const key = `client:${message.clientId}`;
  const bodyHash = createHash("sha256").update(JSON.stringify(message.content)).digest("hex");
  const known = yield* one(
    "SELECT message_id, body_hash FROM dedupe_keys WHERE workspace_id = ? AND scope = ? AND key = ?",
    workspaceId,
    ref.conversationId,
    key,
  );
  if (known) {
    const first = yield* one(
      "SELECT * FROM messages WHERE workspace_id = ? AND id = ?",
      workspaceId,
      textOrNull(known, "message_id"),
    );
    if (!first || textOrNull(known, "body_hash") !== bodyHash) return { result: { type: "conflict" }, changes: [] };
    return { result: { type: "queued", message: messageOfRow(first) }, changes: [] };
  }
  const window = agentWindow(context, row);
  if (window !== null && window <= now && message.content.type !== "template") {
    return { result: { type: "windowClosed", since: new Date(window).toISOString() }, changes: [] };
  }
  yield* cancelBotSends(workspaceId, ref.conversationId);
  const seq = yield* post(
    context,
    workspaceId,
    ref.conversationId,
    { type: "takeOver", by: message.by, via: message.via },
    now,
  );
  // Named after the mailbox event of this very message, beyond the effects that the step itself may have.
  const id = effectId(ref.conversationId, seq ?? 0, 999, now);
  const position = number(row, "last_position") + 1;
  const thread = {
    id: ref.conversationId,
    contactId: text(row, "contact_id") as never,
    accountId: text(row, "account_id") as never,
  };
  yield* insertMessage(workspaceId, thread, position, {
    id: messageIdOf(id),
    direction: "out",
    author: "agent",
    authorName: message.authorName ?? null,
    content: message.content,
    externalId: null,
    status: "queued",
    createdAt: now,
    sentAt: null,
  });
  yield* insertEffect(
    context,
    {
      id,
      workspaceId,
      type: "send",
      conversationId: ref.conversationId,
      accountId: thread.accountId,
      contactId: thread.contactId,
      effect: { type: "send", content: message.content, author: "agent" },
      createdAt: new Date(now).toISOString(),
      expiresAt: new Date(now + DAY_MS).toISOString(),
    },
    (seq ?? 0) * 1000 + 999,
    "pending",
    now,
  );
  yield* put(
    `UPDATE conversations SET owner = 'agent', status = 'open', unread = 0, last_position = ?, last_text = ?, last_direction = 'out', last_message_at = ?
     WHERE workspace_id = ? AND id = ?`,
    position,
    previewOf(message.content),
    now,
    workspaceId,
    ref.conversationId,
  );
  yield* put(
    "INSERT INTO dedupe_keys (workspace_id, scope, key, message_id, body_hash, at) VALUES (?, ?, ?, ?, ?, ?)",
    workspaceId,
    ref.conversationId,
    key,
    messageIdOf(id),
    bodyHash,
    now,
  );
  const made = yield* one("SELECT * FROM messages WHERE workspace_id = ? AND id = ?", workspaceId, messageIdOf(id));
  if (!made) throw new Error("a message that was just written is not there");
  const dueAt = new Date(now).toISOString();
  return {
    result: { type: "queued", message: messageOfRow(made) },
    changes: [
      { type: "message", ...ref },
      { type: "mailbox", ...ref, dueAt },
      { type: "outbox", dueAt },
    ],
  };
}
