import type { IdentityKind, IdentityValue } from "../core/domain/contact.ts";
import type { ChannelAccountId, ContactId, WorkspaceId } from "../core/domain/ids.ts";
import type { ClaimedEffect, WaitingEffect } from "../ports.ts";
import type { Context } from "./context.ts";
import { effectOfRow } from "./rows.ts";
import { all, number, one, put, type Row, type Script, text } from "./sql.ts";
import { setMessageStatus } from "./threads.ts";

/** Pieces of scripts that begin an attempt: its row is committed before anything leaves (C-5). */

export type Claim = (effect: WaitingEffect) => boolean;

/**
 * Writes an effect. One that may be done at once is written as begun: row, count and owner in one, on disk before
 * anything leaves.
 */
export function* insertEffect(
  context: Context,
  effect: Omit<ClaimedEffect, "recipient" | "attempt">,
  ord: number,
  state: "pending" | "running" | "asked" | "unknown" | "failed",
  now: number,
): Script<void> {
  const begun = state === "running";
  yield* put(
    `INSERT INTO effects (workspace_id, id, conversation_id, account_id, contact_id, type, ord, payload, state, attempts, due_at, expires_at, created_at, started_at, lease_by)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    effect.workspaceId,
    effect.id,
    effect.conversationId,
    effect.accountId,
    effect.contactId,
    effect.type,
    ord,
    JSON.stringify(effect.effect),
    state,
    begun ? 1 : 0,
    now,
    effect.expiresAt === null ? null : Date.parse(effect.expiresAt),
    Date.parse(effect.createdAt),
    begun ? now : null,
    begun ? context.processId : null,
  );
}

/** Marks an effect that waited as being done by this process and counts the attempt. */
export function* beginAttempt(
  context: Context,
  effect: Omit<ClaimedEffect, "recipient" | "attempt">,
  attempt: number,
  now: number,
): Script<ClaimedEffect> {
  yield* put(
    "UPDATE effects SET state = 'running', attempts = ?, started_at = ?, lease_by = ? WHERE workspace_id = ? AND id = ?",
    attempt,
    now,
    context.processId,
    effect.workspaceId,
    effect.id,
  );
  const recipient = yield* recipientOf(context, effect.workspaceId, effect.accountId, effect.contactId);
  return { ...effect, attempt, recipient, begunAt: now };
}

/**
 * Keeps how the attempt under way ended; another end of it changes that only when it `counts`. A first attempt that
 * went well leaves no row: the effect says it all.
 */
export function* recordAttempt(
  workspaceId: WorkspaceId,
  effectId: string,
  n: number,
  end: { readonly at: number; readonly outcome: string; readonly error: string | null },
  counts = false,
): Script<void> {
  yield* put(
    `INSERT INTO attempts (workspace_id, effect_id, n, started_at, ended_at, outcome, error, process)
     SELECT workspace_id, id, ?, COALESCE(started_at, created_at), ?, ?, ?, COALESCE(lease_by, '') FROM effects WHERE workspace_id = ? AND id = ?
     ON CONFLICT (workspace_id, effect_id, n) DO UPDATE SET ended_at = excluded.ended_at, outcome = excluded.outcome, error = excluded.error
     ${counts ? "" : "WHERE attempts.ended_at IS NULL"}`,
    n,
    end.at,
    end.outcome,
    end.error,
    workspaceId,
    effectId,
  );
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

/** A send that is on its way. Word for word the condition of its index. */
export const OPEN_SEND = "type = 'send' AND state IN ('pending', 'running', 'unknown', 'asked')";

/** Whether a send of this conversation is still on its way: the next one waits for it. */
export function* hasOpenSend(workspaceId: WorkspaceId, conversationId: string): Script<boolean> {
  return (
    (yield* one(
      `SELECT 1 AS one FROM effects WHERE workspace_id = ? AND conversation_id = ? AND ${OPEN_SEND} LIMIT 1`,
      workspaceId,
      conversationId,
    )) !== null
  );
}

const FIRST_OPEN = `SELECT * FROM effects WHERE workspace_id = ? AND conversation_id = ? AND ${OPEN_SEND} ORDER BY ord LIMIT 1`;

/** The first unfinished send of a conversation, begun if it may be done now; sends that a take-over made void are cancelled. */
export function* nextSend(
  context: Context,
  workspaceId: WorkspaceId,
  conversationId: string,
  claim: Claim,
  now: number,
): Script<ClaimedEffect | "waits" | null> {
  for (;;) {
    const row = yield* one(FIRST_OPEN, workspaceId, conversationId);
    if (!row || text(row, "state") !== "pending") return null;
    if (number(row, "due_at") > now) return "waits";
    const effect = effectOfRow(row);
    if (yield* silenced(workspaceId, effect)) continue;
    const account = context.accounts.get(effect.accountId);
    if (account?.status !== "active" || !claim(effect)) return "waits";
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
  yield* put("UPDATE effects SET state = 'cancelled' WHERE workspace_id = ? AND id = ?", workspaceId, effect.id);
  yield* setMessageStatus(workspaceId, `msg_${effect.id.slice("eff_".length)}`, "cancelled", null);
  return true;
}
