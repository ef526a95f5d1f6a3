import type { IdentityKind, IdentityValue } from "../core/domain/contact.ts";
import type { ChannelAccountId, ContactId, WorkspaceId } from "../core/domain/ids.ts";
import { LIMITS } from "../core/domain/limits.ts";
import type { ClaimedEffect, WaitingEffect } from "../ports.ts";
import type { Context } from "./context.ts";
import { effectOfRow } from "./rows.ts";
import { all, number, one, type Row, type Script, text } from "./sql.ts";
import { setMessageStatus } from "./threads.ts";

/** Pieces of scripts that begin an attempt: its row is committed before anything leaves (C-5). */

export type Claim = (effect: WaitingEffect) => boolean;

/** Marks an effect as being done by this process and counts the attempt. */
export function* beginAttempt(
  context: Context,
  effect: Omit<ClaimedEffect, "recipient" | "attempt">,
  attempt: number,
  now: number,
): Script<ClaimedEffect> {
  yield* all(
    "UPDATE effects SET state = 'running', attempts = ?, lease_until = ?, lease_by = ? WHERE workspace_id = ? AND id = ?",
    attempt,
    now + LIMITS.effectLeaseMs,
    context.processId,
    effect.workspaceId,
    effect.id,
  );
  yield* all(
    "INSERT INTO attempts (workspace_id, effect_id, n, started_at, process) VALUES (?, ?, ?, ?, ?)",
    effect.workspaceId,
    effect.id,
    attempt,
    now,
    context.processId,
  );
  const recipient = yield* recipientOf(context, effect.workspaceId, effect.accountId, effect.contactId);
  return { ...effect, attempt, recipient };
}

/** All addresses of a contact on an account, the channel's preferred kind first. */
export function* recipientOf(
  context: Context,
  workspaceId: WorkspaceId,
  accountId: ChannelAccountId,
  contactId: ContactId,
): Script<readonly IdentityValue[]> {
  const rows = yield* all(
    "SELECT kind, value FROM contact_identities WHERE workspace_id = ? AND contact_id = ? AND account_id = ? ORDER BY created_at DESC",
    workspaceId,
    contactId,
    accountId,
  );
  const channel = context.accounts.get(accountId)?.channel;
  const order: readonly IdentityKind[] = channel ? context.capabilitiesOf(channel).identityKinds : [];
  const rank = (kind: string): number => (order.indexOf(kind as IdentityKind) + order.length + 1) % (order.length + 1);
  return rows
    .map((row) => ({ kind: text(row, "kind") as IdentityKind, value: text(row, "value") }))
    .sort((a, b) => rank(a.kind) - rank(b.kind));
}

const OPEN = "type = 'send' AND state IN ('pending', 'running', 'unknown', 'asked')";

/** Whether a send of this conversation is still on its way: the next one waits for it. */
export function* hasOpenSend(workspaceId: WorkspaceId, conversationId: string): Script<boolean> {
  return (
    (yield* one(
      `SELECT 1 AS one FROM effects WHERE workspace_id = ? AND conversation_id = ? AND ${OPEN} LIMIT 1`,
      workspaceId,
      conversationId,
    )) !== null
  );
}

/** The first unfinished send of a conversation, begun if it is its turn; sends that a take-over made void are cancelled. */
export function* nextSend(
  context: Context,
  workspaceId: WorkspaceId,
  conversationId: string,
  claim: Claim,
  now: number,
): Script<ClaimedEffect | null> {
  for (;;) {
    const row = yield* one(
      `SELECT * FROM effects WHERE workspace_id = ? AND conversation_id = ? AND ${OPEN} ORDER BY ord LIMIT 1`,
      workspaceId,
      conversationId,
    );
    if (!row || text(row, "state") !== "pending" || number(row, "due_at") > now) return null;
    const effect = effectOfRow(row);
    if (yield* silenced(workspaceId, effect)) continue;
    const account = context.accounts.get(effect.accountId);
    if (account?.status !== "active" || !claim(effect)) return null;
    return yield* beginAttempt(context, effect, effect.attempt + 1, now);
  }
}

/** A person has taken the conversation: the bot's message is cancelled, in this same transaction (C-12). */
export function* silenced(workspaceId: WorkspaceId, effect: Omit<ClaimedEffect, "recipient">): Script<boolean> {
  if (effect.effect.type !== "send" || effect.effect.author === "agent" || effect.effect.handover) return false;
  const row: Row | null = yield* one(
    "SELECT owner, status FROM conversations WHERE workspace_id = ? AND id = ?",
    workspaceId,
    effect.conversationId,
  );
  if (!row || text(row, "owner") !== "agent" || text(row, "status") === "waiting") return false;
  yield* all("UPDATE effects SET state = 'cancelled' WHERE workspace_id = ? AND id = ?", workspaceId, effect.id);
  yield* setMessageStatus(workspaceId, `msg_${effect.id.slice("eff_".length)}`, "cancelled", null);
  return true;
}
