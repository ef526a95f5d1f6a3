import { type EffectId, messageIdOf, type WorkspaceId } from "../core/domain/ids.ts";
import type { InboundEventOf, Sender } from "../core/domain/inbound-event.ts";
import { type MessageContent, textOf } from "../core/domain/message.ts";
import type { Context } from "./context.ts";
import type { Collected } from "./inbox.ts";
import { all, number, numberOrNull, one, put, type Row, type Script, text } from "./sql.ts";
import {
  cancelBotSends,
  contactOf,
  insertMessage,
  OF_IDENTITY,
  post,
  previewOf,
  setMessageStatus,
  type Thread,
  threadOf,
  threadWith,
} from "./threads.ts";

/** What the business or the contact did at the provider, beside us: wrote from a phone, read, passed a conversation on. */

/** How far back a moment of reading is looked up. */
const MOST_MESSAGES = 500;

/** A person wrote elsewhere: their message is in the thread, and the conversation is theirs. */
export function* echo(
  context: Context,
  workspaceId: WorkspaceId,
  event: InboundEventOf<"echo">,
  found: Collected,
  now: number,
): Script<void> {
  const ours = yield* one(
    "SELECT id FROM messages WHERE workspace_id = ? AND external_id = ? AND account_id = ?",
    workspaceId,
    event.externalId,
    event.accountId,
  );
  if (ours) return;
  if (event.maybeOurs && (yield* isUnderWay(workspaceId, event, found, now))) return;
  const channel = context.accounts.get(event.accountId)?.channel ?? "whatsapp";
  const contactId = yield* contactOf(context, workspaceId, event.accountId, event.to, now);
  const thread = yield* threadWith(context, workspaceId, { id: event.accountId, channel }, contactId, now);
  yield* insertMessage(workspaceId, thread, thread.lastPosition + 1, {
    id: context.ids.make("message"),
    direction: "out",
    author: "agent",
    content: event.content,
    externalId: event.externalId,
    status: "sent",
    createdAt: now,
    sentAt: Date.parse(event.at),
  });
  yield* put(
    `UPDATE conversations SET last_position = last_position + 1, owner = 'agent', last_text = ?, last_direction = 'out', last_message_at = ?
     WHERE workspace_id = ? AND id = ?`,
    previewOf(event.content),
    now,
    workspaceId,
    thread.id,
  );
  found.changes.push({ type: "message", workspaceId, conversationId: thread.id });
  yield* taken(context, workspaceId, thread, event.by ?? "phone app", found, now);
}

/** A message of ours that the provider shows before its answer has reached us: the same words to the same person. */
function* isUnderWay(
  workspaceId: WorkspaceId,
  event: InboundEventOf<"echo">,
  found: Collected,
  now: number,
): Script<boolean> {
  const thread = yield* threadTo(workspaceId, event.accountId, event.to);
  if (!thread) return false;
  const rows = yield* all(
    `SELECT e.id, m.content FROM effects e JOIN messages m ON m.workspace_id = e.workspace_id AND m.id = 'msg_' || substr(e.id, 5)
     WHERE e.workspace_id = ? AND e.conversation_id = ? AND e.type = 'send' AND e.state IN ('running', 'unknown', 'asked')
       AND m.external_id IS NULL`,
    workspaceId,
    thread.id,
  );
  const words = textOf(event.content);
  const same = (row: Row): boolean => {
    const content = JSON.parse(text(row, "content")) as MessageContent;
    return words === "" ? content.type !== "text" : textOf(content) === words;
  };
  const row = rows.find(same);
  if (!row) return false;
  const evidence = text(row, "id");
  const messageId = messageIdOf(evidence as EffectId);
  yield* resolveByEvidence(workspaceId, messageId, { evidence, externalId: event.externalId }, found, now);
  yield* setMessageStatus(workspaceId, messageId, "sent", null);
  found.changes.push({ type: "status", workspaceId, conversationId: thread.id });
  return true;
}

/** The bot's messages that have not left are cancelled; its flow stops at the next step. */
function* taken(
  context: Context,
  workspaceId: WorkspaceId,
  thread: Thread,
  by: string,
  found: Collected,
  now: number,
): Script<void> {
  yield* cancelBotSends(workspaceId, thread.id);
  yield* post(context, workspaceId, thread.id, { type: "takeOver", by, via: "echo" }, now);
  tell(workspaceId, thread, found, now);
}

/** Another program of the business took the conversation, or gave it back to us. */
export function* control(
  context: Context,
  workspaceId: WorkspaceId,
  event: InboundEventOf<"control">,
  found: Collected,
  now: number,
): Script<void> {
  const thread = yield* threadTo(workspaceId, event.accountId, event.of);
  if (!thread) return;
  if (event.holder === "other") {
    if (thread.owner === "agent") return;
    yield* put("UPDATE conversations SET owner = 'agent' WHERE workspace_id = ? AND id = ?", workspaceId, thread.id);
    return yield* taken(context, workspaceId, thread, event.by, found, now);
  }
  if (thread.owner !== "agent" || thread.status === "waiting") return;
  // Only what was taken elsewhere is given back from there: a conversation of our own people stays theirs.
  const last = yield* one(
    "SELECT payload FROM events WHERE workspace_id = ? AND conversation_id = ? AND type = 'takeOver' ORDER BY seq DESC LIMIT 1",
    workspaceId,
    thread.id,
  );
  if (!last || (JSON.parse(text(last, "payload")) as { readonly via: string }).via !== "echo") return;
  yield* post(context, workspaceId, thread.id, { type: "handBack", by: event.by, mode: "continue" }, now);
  tell(workspaceId, thread, found, now);
}

function tell(workspaceId: WorkspaceId, thread: Thread, found: Collected, now: number): void {
  const ref = { workspaceId, conversationId: thread.id };
  const dueAt = new Date(now).toISOString();
  found.due.set(thread.id, { ref, dueAt });
  found.changes.push({ type: "mailbox", ...ref, dueAt });
}

/** Everything that was sent until then is delivered, or read. The moment is kept for messages whose answer is still under way. */
export function* watermark(
  workspaceId: WorkspaceId,
  event: InboundEventOf<"watermark">,
  found: Collected,
): Script<void> {
  const thread = yield* threadTo(workspaceId, event.accountId, event.of);
  if (!thread) return;
  const until = Date.parse(event.until);
  const column = event.status === "read" ? "read_until" : "delivered_until";
  yield* put(
    `UPDATE conversations SET ${column} = ? WHERE workspace_id = ? AND id = ? AND (${column} IS NULL OR ${column} < ?)`,
    until,
    workspaceId,
    thread.id,
    until,
  );
  const below = event.status === "read" ? "'sent', 'delivered'" : "'sent'";
  // When its attempt began is never later than when the provider took it; people's own words elsewhere have the provider's time.
  const rows = yield* all(
    `UPDATE messages SET status = ? WHERE workspace_id = ? AND conversation_id = ? AND direction = 'out' AND status IN (${below})
       AND position > ? AND COALESCE((SELECT e.started_at FROM effects e WHERE e.workspace_id = messages.workspace_id
         AND e.id = 'eff_' || substr(messages.id, 5)), sent_at) <= ? RETURNING id`,
    event.status,
    workspaceId,
    thread.id,
    thread.lastPosition - MOST_MESSAGES,
    until,
  );
  if (rows.length > 0) found.changes.push({ type: "status", workspaceId, conversationId: thread.id });
}

/** A message whose answer has come now may have been read before it came. */
export function* applyWatermarks(workspaceId: WorkspaceId, conversationId: string, messageId: string): Script<void> {
  const row = yield* one(
    `SELECT c.delivered_until, c.read_until, e.started_at FROM conversations c JOIN effects e
       ON e.workspace_id = c.workspace_id AND e.id = 'eff_' || ? WHERE c.workspace_id = ? AND c.id = ?`,
    messageId.slice("msg_".length),
    workspaceId,
    conversationId,
  );
  const startedAt = row && numberOrNull(row, "started_at");
  if (!row || startedAt === null) return;
  const until = (name: string): number => numberOrNull(row, name) ?? Number.NEGATIVE_INFINITY;
  if (until("read_until") >= startedAt) yield* setMessageStatus(workspaceId, messageId, "read", null);
  else if (until("delivered_until") >= startedAt) yield* setMessageStatus(workspaceId, messageId, "delivered", null);
}

/** The conversation with somebody whom we know already, locked; null: there is none. */
function* threadTo(workspaceId: WorkspaceId, accountId: string, who: Sender): Script<Thread | null> {
  for (const { kind, value } of who.identities) {
    const row = yield* one(OF_IDENTITY, workspaceId, accountId, kind, value);
    if (row) return threadOf(row);
  }
  return null;
}

/** The provider names our own id: a send whose answer was lost did arrive there (C-6). */
export function* resolveByEvidence(
  workspaceId: WorkspaceId,
  messageId: string,
  event: { readonly externalId: string; readonly evidence: string },
  found: Pick<Collected, "changes">,
  now: number,
): Script<void> {
  yield* put(
    "UPDATE messages SET external_id = ?, sent_at = COALESCE(sent_at, ?) WHERE workspace_id = ? AND id = ? AND external_id IS NULL",
    event.externalId,
    now,
    workspaceId,
    messageId,
  );
  const resolved = yield* all(
    "UPDATE effects SET state = 'done', error = NULL WHERE workspace_id = ? AND id = ? AND state IN ('unknown', 'asked', 'pending') RETURNING attempts",
    workspaceId,
    event.evidence,
  );
  const row = resolved[0];
  if (!row) return;
  yield* put(
    "UPDATE attempts SET ended_at = ?, outcome = 'evidence' WHERE workspace_id = ? AND effect_id = ? AND n = ?",
    now,
    workspaceId,
    event.evidence,
    number(row, "attempts"),
  );
  found.changes.push({ type: "outbox", dueAt: new Date(now).toISOString() });
}
