import type { EffectError } from "../core/domain/effect.ts";
import type { ChannelAccountId, ConversationId, EffectId, WorkspaceId } from "../core/domain/ids.ts";
import { LIMITS } from "../core/domain/limits.ts";
import type { MailboxEvent } from "../core/domain/mailbox-event.ts";
import type { DeliveryStatus } from "../core/domain/message.ts";
import type { SendError } from "../core/domain/send-error.ts";
import type { AttemptEnd, Change, ClaimedEffect, Outbox, Scope, WaitingRow } from "../ports.ts";
import { beginAttempt, type Claim, nextSend, recipientOf, recordAttempt, silenced } from "./attempts.ts";
import { type Context, type Told, writeAndTell } from "./context.ts";
import { applyWatermarks } from "./elsewhere.ts";
import { isRepeatable } from "./held.ts";
import { effectOfRow } from "./rows.ts";
import { all, change, iso, jsonOrNull, number, one, put, type Row, type Script, scope, text, within } from "./sql.ts";
import { addIdentity, messageOf, post, setMessageStatus, tellSendFailed } from "./threads.ts";

/** The conditions of the indexes, word for word: SQLite uses a partial index only then. */
const DUE = "state IN ('pending', 'unknown')";
const OPEN = "state IN ('pending', 'running', 'unknown', 'asked')";
/** What was not claimed now is looked at again after this time, so that it does not stand before the others. */
const LOOK_AGAIN_MS = 500;
/** PostgreSQL: a process that was silent for this long is dead (C-11). */
const DEAD_MS = 8000;
/** From a commit to the moment when its process knows of it: a claim that is older and unknown was lost on the way. */
const HEARD_MS = 10_000;

/** Effects that wait for the world, their attempts and how these ended. */
export function outbox(context: Context): Outbox {
  const { db, clock } = context;
  return {
    claim: (limit, claim) => writeAndTell(context, () => claimDue(context, limit, claim)),
    nextDueAt: () =>
      db.read(function* () {
        const row = yield* one(
          "SELECT MIN(due_at) AS due_at FROM effects WHERE state IN ('pending', 'unknown') AND due_at > ?",
          clock.now(),
        );
        return row && row.due_at !== null ? iso(row, "due_at") : null;
      }),
    settle: (effect, end, claim) => writeAndTell(context, () => settle(context, effect, end, claim)),
    overdueUnknown: (limit) =>
      db.read(function* () {
        const rows = yield* all(
          `SELECT * FROM effects WHERE ${DUE} AND state = 'unknown' AND due_at <= ? ORDER BY due_at LIMIT ?`,
          clock.now(),
          limit,
        );
        const claimed: ClaimedEffect[] = [];
        for (const row of rows) {
          const effect = effectOfRow(row);
          claimed.push({
            ...effect,
            recipient: yield* recipientOf(context, effect.workspaceId, effect.accountId, effect.contactId),
          });
        }
        return claimed;
      }),
    resolveUnknown: (of, effectId, how) => writeAndTell(context, () => resolveUnknown(context, of, effectId, how)),
    async recover(downMs) {
      // As long as another process was there, evidence could come in.
      if (db.dialect === "sqlite" || downMs > DEAD_MS) await db.write(() => waitAnew(context, downMs));
      return writeAndTell(context, () => recover(context, downMs));
    },
    async heartbeat(busy) {
      const now = clock.now();
      await db.write(() => beat(context, now));
      // On SQLite there is nobody else whose work could be left behind.
      if (db.dialect !== "postgres") return;
      await writeAndTell(context, () => recover(context, DEAD_MS));
      if (busy) await writeAndTell(context, () => giveBack(context, busy));
    },
    waiting: (of, limit) =>
      db.read(function* () {
        const own = within(of, "account_id");
        const rows = yield* all(
          `SELECT * FROM (
             SELECT * FROM effects WHERE workspace_id = ? ${own.sql} AND state IN ('failed', 'asked', 'unknown')
             UNION ALL SELECT * FROM effects WHERE workspace_id = ? ${own.sql} AND ${OPEN} AND state IN ('pending', 'running')) waiting
           ORDER BY created_at DESC LIMIT ?`,
          scope(of),
          ...own.params,
          scope(of),
          ...own.params,
          limit,
        );
        return rows.map((row) => waitingOf(context, row));
      }),
    uploads: (accountId) =>
      db.read(function* () {
        const rows = yield* all(
          "SELECT key, remote_id FROM uploads WHERE account_id = ? AND expires_at > ?",
          accountId,
          clock.now(),
        );
        return Object.fromEntries(rows.map((row) => [text(row, "key"), text(row, "remote_id")]));
      }),
    saveUpload: (workspaceId, accountId, key, remoteId, expiresAt) =>
      db.write(function* () {
        yield* put(
          `INSERT INTO uploads (workspace_id, account_id, key, remote_id, expires_at) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (workspace_id, account_id, key) DO UPDATE SET remote_id = excluded.remote_id, expires_at = excluded.expires_at`,
          scope(workspaceId),
          accountId,
          key,
          remoteId,
          Date.parse(expiresAt),
        );
      }),
  };
}

function* claimDue(context: Context, limit: number, claim: Claim): Script<Told<readonly ClaimedEffect[]>> {
  const now = context.clock.now();
  const rows = yield* all(
    `SELECT * FROM effects e WHERE ${DUE} AND state = 'pending' AND due_at <= ? AND (type <> 'send' OR (
         NOT EXISTS (SELECT 1 FROM effects p WHERE p.workspace_id = e.workspace_id AND p.conversation_id = e.conversation_id
           AND p.type = 'send' AND p.state IN ('pending', 'running', 'unknown', 'asked') AND p.ord < e.ord)
         AND EXISTS (SELECT 1 FROM channel_accounts a WHERE a.workspace_id = e.workspace_id AND a.id = e.account_id AND a.status = 'active')))
     ORDER BY due_at LIMIT ? /*skip*/`,
    now,
    limit,
  );
  const claimed: ClaimedEffect[] = [];
  for (const row of rows) {
    const effect = effectOfRow(row);
    if (yield* silenced(effect.workspaceId, effect)) continue;
    if (claim(effect)) claimed.push(yield* beginAttempt(context, effect, effect.attempt + 1, now));
    else
      yield* put(
        "UPDATE effects SET due_at = ? WHERE workspace_id = ? AND id = ?",
        now + LOOK_AGAIN_MS,
        effect.workspaceId,
        effect.id,
      );
  }
  return { result: claimed, changes: [] };
}

const SETTLED =
  "UPDATE effects SET state = ?, due_at = ?, error = ? WHERE workspace_id = ? AND id = ? AND state = ? AND attempts = ?";

function* settle(
  context: Context,
  effect: ClaimedEffect,
  said: AttemptEnd,
  claim: Claim,
): Script<Told<{ readonly claimed: readonly ClaimedEffect[]; readonly superseded: boolean }>> {
  const now = context.clock.now();
  const { workspaceId, conversationId } = effect;
  // The provider's status may be faster than its answer, or belong to an earlier attempt: it has the message, however
  // this attempt ended.
  const known = said.type !== "done" && (yield* wasTaken(workspaceId, effect.id));
  const end: AttemptEnd = known ? { type: "done" } : said;
  const key = "key" in effect.effect ? effect.effect.key : null;
  // Whoever will write to the conversation takes it first, then the effect: two transactions never wait for each other.
  if (key || end.type === "failed")
    yield* one("SELECT id FROM conversations WHERE workspace_id = ? AND id = ? /*lock*/", workspaceId, conversationId);
  const error =
    "error" in end
      ? JSON.stringify(end.error)
      : "detail" in end
        ? JSON.stringify({ code: "unknown", detail: end.detail })
        : null;
  const state = stateAfter(end);
  const dueAt = end.type === "retry" ? Date.parse(end.at) : end.type === "unknown" ? Date.parse(end.until) : now;
  const become = (from: string): Script<boolean> =>
    change(SETTLED, state, dueAt, error, workspaceId, effect.id, from, effect.attempt);
  const expected = yield* become("running");
  // A process that was taken for dead still knows best how its own attempt ended.
  const current = expected || (end.type !== "unknown" && (yield* become("unknown")));
  if (!expected || effect.attempt > 1 || end.type !== "done") {
    const outcome = current ? end.type : "superseded";
    yield* recordAttempt(workspaceId, effect.id, effect.attempt, { at: now, outcome, error }, current);
  }
  if (!current) return { result: { claimed: [], superseded: true }, changes: [] };
  const changes: Change[] = [];
  const ref = { workspaceId, conversationId };
  const told = function* (event: MailboxEvent): Script<void> {
    yield* post(context, workspaceId, conversationId, event, now);
    changes.push({ type: "mailbox", ...ref, dueAt: new Date(now).toISOString() });
  };
  switch (end.type) {
    case "done":
      if (effect.type === "send") {
        yield* delivered(context, effect, end, now);
        changes.push({ type: "status", ...ref });
      }
      for (const identity of end.identities ?? [])
        if (!effect.recipient.some(({ kind, value }) => kind === identity.kind && value === identity.value))
          yield* addIdentity(workspaceId, effect.accountId, identity, effect.contactId, now);
      if (key) yield* told({ type: "effectDone", effectId: effect.id, key, result: end.result ?? null });
      break;
    case "failed":
      if (effect.type === "send") {
        const sendError = end.error as SendError;
        const failed = yield* setMessageStatus(workspaceId, messageOf(effect.id), "failed", sendError);
        changes.push({ type: "status", ...ref });
        if (failed && (yield* tellSendFailed(context, workspaceId, failed, sendError, now))) {
          changes.push({ type: "mailbox", ...ref, dueAt: new Date(now).toISOString() });
        }
      }
      if (key) yield* told({ type: "effectFailed", effectId: effect.id, key, error: errorOf(end.error) });
      break;
    case "pauseAccount":
      yield* put(
        "UPDATE channel_accounts SET status = 'authFailed', status_detail = ? WHERE workspace_id = ? AND id = ? AND status = 'active'",
        end.error.detail ?? end.error.code,
        workspaceId,
        effect.accountId,
      );
      changes.push({ type: "accounts", workspaceId });
      break;
    case "retry":
    case "unknown":
      changes.push({ type: "outbox", dueAt: new Date(dueAt).toISOString() });
  }
  const claimed: ClaimedEffect[] = [];
  if (effect.type === "send" && (end.type === "done" || end.type === "failed")) {
    const next = yield* nextSend(context, workspaceId, conversationId, claim, now);
    if (next === "waits") changes.push({ type: "outbox", dueAt: new Date(now).toISOString() });
    else if (next) claimed.push(next);
  }
  return { result: { claimed, superseded: false }, changes };
}

/** Whether the provider has spoken of the message of this send: it took it, whatever became of it then. */
function* wasTaken(workspaceId: WorkspaceId, effectId: EffectId): Script<boolean> {
  const row = yield* one(
    "SELECT 1 AS one FROM messages WHERE workspace_id = ? AND id = ? AND status IN ('sent', 'delivered', 'read', 'failed')",
    workspaceId,
    messageOf(effectId),
  );
  return row !== null;
}

/** A person has spoken since the bot asked for this: it is not said again on a guess (C-12). */
function* wasTakenOver(row: Row, { effect }: ReturnType<typeof effectOfRow>): Script<boolean> {
  if (effect.type !== "send" || effect.author === "agent" || effect.handover) return false;
  const later = yield* one(
    "SELECT 1 AS one FROM events WHERE workspace_id = ? AND conversation_id = ? AND seq >= ? AND type = 'takeOver' LIMIT 1",
    text(row, "workspace_id"),
    text(row, "conversation_id"),
    Math.floor(number(row, "ord") / 1000),
  );
  return later !== null;
}

function stateAfter(end: AttemptEnd): string {
  switch (end.type) {
    case "done":
      return "done";
    case "failed":
      return "failed";
    case "unknown":
      return "unknown";
    case "retry":
    case "pauseAccount":
      return "pending";
  }
}

function errorOf(error: SendError | EffectError): EffectError {
  return { code: error.code, detail: error.detail ?? "" };
}

/** The provider took the message; what it said about it before we knew its id is joined now. */
function* delivered(
  context: Context,
  effect: ClaimedEffect,
  end: Extract<AttemptEnd, { readonly type: "done" }>,
  now: number,
): Script<void> {
  const { workspaceId } = effect;
  const messageId = messageOf(effect.id);
  const externalId = end.externalId ?? effect.id;
  yield* put(
    `UPDATE messages SET external_id = COALESCE(external_id, ?), sent_at = COALESCE(sent_at, ?),
       status = CASE WHEN status = 'queued' THEN 'sent' ELSE status END WHERE workspace_id = ? AND id = ?`,
    externalId,
    now,
    workspaceId,
    messageId,
  );
  const can = context.capabilitiesOf(context.accounts.get(effect.accountId)?.channel ?? "web");
  if (can.watermarks) yield* applyWatermarks(workspaceId, effect.conversationId, messageId);
  if (!context.orphans.may || !can.evidence) return;
  const orphans = yield* all(
    "DELETE FROM orphan_statuses WHERE workspace_id = ? AND account_id = ? AND external_id = ? RETURNING status, error",
    workspaceId,
    effect.accountId,
    externalId,
  );
  // Only this process writes to a SQLite file: as long as it keeps none, there is none.
  if (orphans.length === 0 && context.db.dialect === "sqlite")
    context.orphans.may = (yield* one("SELECT 1 AS one FROM orphan_statuses LIMIT 1")) !== null;
  for (const orphan of orphans) {
    const status = text(orphan, "status") as DeliveryStatus;
    const error = jsonOrNull<SendError>(orphan, "error");
    const changed = yield* setMessageStatus(workspaceId, messageId, status, error);
    if (changed && status === "failed")
      yield* tellSendFailed(context, workspaceId, changed, error ?? { code: "providerRejected" }, now);
  }
}

function* resolveUnknown(
  context: Context,
  of: Scope,
  effectId: EffectId,
  how: "resend" | "ask" | "skip" | "sent",
): Script<Told<boolean>> {
  const now = context.clock.now();
  const workspaceId = scope(of);
  const own = within(of, "account_id");
  const row = yield* one(
    `SELECT * FROM effects WHERE workspace_id = ? AND id = ? AND state IN ('unknown', 'asked') ${own.sql} /*lock*/`,
    workspaceId,
    effectId,
    ...own.params,
  );
  if (!row) return { result: false, changes: [] };
  const effect = effectOfRow(row);
  const ref = { workspaceId, conversationId: effect.conversationId };
  const changes: Change[] = [
    { type: "status", ...ref },
    { type: "outbox", dueAt: new Date(now).toISOString() },
  ];
  const become = (state: string) =>
    all(
      "UPDATE effects SET state = ?, due_at = ? WHERE workspace_id = ? AND id = ?",
      state,
      now,
      workspaceId,
      effectId,
    );
  const messageId = messageOf(effectId);
  const late = how === "resend" && text(row, "state") === "unknown" && (yield* wasTakenOver(row, effect));
  switch (late ? "skip" : how) {
    case "resend":
      yield* become("pending");
      yield* put("UPDATE messages SET maybe_duplicate = 1 WHERE workspace_id = ? AND id = ?", workspaceId, messageId);
      break;
    case "ask":
      yield* become("asked");
      yield* put(
        "INSERT INTO notices (workspace_id, id, at, severity, code, text, account_id, conversation_id, facts) VALUES (?, ?, ?, 'warning', 'send.unknownOutcome', ?, ?, ?, ?)",
        workspaceId,
        context.ids.make("event"),
        now,
        "Nobody knows whether this message was delivered: send it again, or leave it?",
        effect.accountId,
        effect.conversationId,
        JSON.stringify({ effectId }),
      );
      break;
    case "sent":
      yield* become("done");
      yield* setMessageStatus(workspaceId, messageId, "sent", null);
      break;
    case "skip": {
      yield* become("failed");
      const error: SendError = { code: "unknownOutcome" };
      if (effect.type === "send") yield* setMessageStatus(workspaceId, messageId, "failed", error);
      const key = "key" in effect.effect ? effect.effect.key : null;
      if (key) {
        yield* post(
          context,
          workspaceId,
          effect.conversationId,
          { type: "effectFailed", effectId, key, error: { code: "unknownOutcome", detail: "" } },
          now,
        );
        changes.push({ type: "mailbox", ...ref, dueAt: new Date(now).toISOString() });
      }
    }
  }
  return { result: true, changes };
}

/** Claims that were committed while the connection broke: their process never heard of them, so nothing has left. */
function* giveBack(context: Context, busy: ReadonlySet<EffectId>): Script<Told<void>> {
  const now = context.clock.now();
  const rows = yield* all(
    `SELECT * FROM effects WHERE state = 'running' AND ${OPEN} AND lease_by = ? AND started_at < ? /*skip*/`,
    context.processId,
    now - HEARD_MS,
  );
  const lost = rows.map(effectOfRow).filter(({ id }) => !busy.has(id));
  for (const effect of lost) {
    const end = { at: now, outcome: "retry", error: null };
    yield* recordAttempt(effect.workspaceId, effect.id, effect.attempt, end);
    yield* put(
      "UPDATE effects SET state = 'pending', due_at = ? WHERE workspace_id = ? AND id = ?",
      now,
      effect.workspaceId,
      effect.id,
    );
  }
  return {
    result: undefined,
    changes: lost.length > 0 ? [{ type: "outbox", dueAt: new Date(now).toISOString() }] : [],
  };
}

/** Attempts of processes that are gone: sends may have arrived, the rest is simply done again. */
function* recover(
  context: Context,
  downMs: number,
): Script<Told<{ readonly unknown: number; readonly again: number }>> {
  const now = context.clock.now();
  yield* beat(context, now);
  const mine =
    context.db.dialect === "sqlite"
      ? "lease_by <> ?"
      : `lease_by <> ? AND NOT EXISTS (SELECT 1 FROM processes p WHERE p.id = lease_by AND p.beat_at > ${now - DEAD_MS})`;
  const rows = yield* all(
    `SELECT * FROM effects WHERE ${OPEN} AND state = 'running' AND ${mine} /*skip*/`,
    context.processId,
  );
  let unknown = 0;
  let again = 0;
  for (const row of rows) {
    const effect = effectOfRow(row);
    const { workspaceId } = effect;
    const unsafe = effect.effect.type === "send" || (effect.effect.type === "http" && !isRepeatable(effect.effect));
    yield* recordAttempt(workspaceId, effect.id, effect.attempt, { at: now, outcome: "interrupted", error: null });
    if (unsafe) {
      unknown++;
      const arrived = yield* wasTaken(workspaceId, effect.id);
      const waitMs = unknownWaitMs(context, effect, downMs);
      yield* put(
        "UPDATE effects SET state = ?, due_at = ? WHERE workspace_id = ? AND id = ?",
        arrived ? "done" : "unknown",
        now + waitMs,
        workspaceId,
        effect.id,
      );
    } else {
      again++;
      yield* put(
        "UPDATE effects SET state = 'pending', due_at = ? WHERE workspace_id = ? AND id = ?",
        now,
        workspaceId,
        effect.id,
      );
    }
  }
  const changes: Change[] = rows.length > 0 ? [{ type: "outbox", dueAt: new Date(now).toISOString() }] : [];
  return { result: { unknown, again }, changes };
}

/** Nobody listened while we were away: whatever waits for evidence waits anew, but not for ever. */
function* waitAnew(context: Context, downMs: number): Script<void> {
  const now = context.clock.now();
  const rows = yield* all(
    `SELECT e.*, a.started_at FROM effects e JOIN attempts a ON a.workspace_id = e.workspace_id AND a.effect_id = e.id AND a.n = e.attempts
     WHERE e.state = 'unknown'`,
  );
  for (const row of rows) {
    const effect = effectOfRow(row);
    const latest = number(row, "started_at") + LIMITS.unknownWaitMaxMs;
    const until = Math.min(now + unknownWaitMs(context, effect, downMs), latest);
    if (until <= number(row, "due_at")) continue;
    yield* put("UPDATE effects SET due_at = ? WHERE workspace_id = ? AND id = ?", until, effect.workspaceId, effect.id);
  }
}

/** How long evidence may take: the provider backs off while we are away, but not for ever (C-6). */
function unknownWaitMs(context: Context, effect: Omit<ClaimedEffect, "recipient">, downMs: number): number {
  const channel = context.accounts.get(effect.accountId)?.channel;
  if (effect.type !== "send" || !channel || !context.capabilitiesOf(channel).evidence) return 0;
  return Math.max(context.unknownWaitMs, Math.min(LIMITS.unknownWaitMaxMs, downMs));
}

function* beat(context: Context, now: number): Script<void> {
  yield* put(
    `INSERT INTO processes (id, started_at, beat_at) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET beat_at = excluded.beat_at`,
    context.processId,
    now,
    now,
  );
}

function waitingOf(context: Context, row: Row): WaitingRow {
  const effect = effectOfRow(row);
  const state = text(row, "state") as WaitingRow["state"];
  const paused =
    state === "pending" && effect.type === "send" && context.accounts.get(effect.accountId)?.status !== "active";
  return {
    effectId: effect.id,
    conversationId: effect.conversationId as ConversationId,
    accountId: effect.accountId as ChannelAccountId,
    type: effect.type,
    state: paused ? "paused" : state,
    attempts: effect.attempt,
    error: jsonOrNull<SendError | EffectError>(row, "error"),
    dueAt: iso(row, "due_at"),
    createdAt: effect.createdAt,
  };
}
