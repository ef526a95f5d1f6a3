import type { ConversationRef } from "../core/domain/conversation.ts";
import type { ChannelAccountId, ConversationId, EventId, RunId, WorkspaceId } from "../core/domain/ids.ts";
import { LIMITS } from "../core/domain/limits.ts";
import type { MailboxEvent } from "../core/domain/mailbox-event.ts";
import type { Decision, NeedsVersions, QueuedEvent, StepInput } from "../core/run/decision.ts";
import type { RunState } from "../core/run/run.ts";
import type { Mailbox, QuarantinedEvent, Scope, StepOutcome } from "../ports.ts";
import { type Claim, OPEN_SEND } from "./attempts.ts";
import { type Context, type Told, writeAndTell } from "./context.ts";
import { contactOfRow, conversationOf } from "./rows.ts";
import {
  all,
  change,
  iso,
  json,
  number,
  one,
  put,
  type Row,
  type Script,
  scope,
  text,
  textOrNull,
  type Value,
  within,
} from "./sql.ts";
import { takeStep } from "./step.ts";
import { cancelBotSends, post } from "./threads.ts";
import { fireTimers, type StoredTimer, timersOf } from "./timers.ts";
import { isUnavailable } from "./unavailable.ts";

/** Events that one step may join: the texts of a burst. */
const BURST_EVENTS = 20;
const RETRY_MS = 1000;
/** PostgreSQL: whoever has counted an attempt makes it within this time, or another process does. */
const COUNTED_MS = 6000;
/** So long an event waits after each death of a process that was trying it. */
const SUSPECT_MS = 2000;

/** What a try of a step gave; `uncounted`: this attempt must be on record before the event is tried (C-9). */
type Tried = StepOutcome | { readonly type: "uncounted"; readonly seq: number; readonly attempts: number };

/** One queue per conversation, in the same database and transaction as its state. */
export function mailbox(context: Context): Mailbox {
  // Events that once failed, or were being tried when a process died, go one after the other: the guilty one is alone.
  let serial: Promise<unknown> = Promise.resolve();

  const attempt = (
    ref: ConversationRef,
    decide: (input: StepInput) => Decision | NeedsVersions,
    claim: Claim,
    counted: number | null,
  ): Promise<Tried> =>
    writeAndTell(context, () => tryStep(context, ref, decide, claim, counted)).catch((error: unknown) =>
      failed(context, ref, counted, error),
    );

  return {
    due: (limit) =>
      context.db.read(function* () {
        const rows = yield* all(
          "SELECT workspace_id, id FROM conversations WHERE due_at <= ? ORDER BY due_at LIMIT ?",
          context.clock.now(),
          limit,
        );
        return rows.map(refOf);
      }),
    nextDueAt: () =>
      context.db.read(function* () {
        const row = yield* one(
          "SELECT MIN(due_at) AS due_at FROM (SELECT MIN(due_at) AS due_at FROM conversations WHERE due_at IS NOT NULL UNION ALL SELECT MIN(timer_due_at) FROM conversations WHERE timer_due_at IS NOT NULL) both_kinds",
        );
        return row && row.due_at !== null ? iso(row, "due_at") : null;
      }),
    fireTimers: (limit) => context.db.write(() => fireTimers(context, context.clock.now(), limit)),
    enqueue: (ref, event, dedupeKey) => writeAndTell(context, () => enqueue(context, ref, event, dedupeKey)),
    async step(ref, decide, claim) {
      scope(ref.workspaceId);
      const tried = await attempt(ref, decide, claim, null);
      if (tried.type !== "uncounted") return tried;
      const counted = async (): Promise<StepOutcome> => {
        const attempts = await context.db.write(() => count(context, ref, tried.seq));
        if (attempts === null) return { type: "idle", nextDueAt: null };
        if (attempts > LIMITS.eventAttempts) return quarantine(context, ref, tried.seq, "tried too often");
        const outcome = await attempt(ref, decide, claim, tried.seq);
        return outcome.type === "uncounted" ? { type: "idle", nextDueAt: null } : outcome;
      };
      if (tried.attempts === 0) return counted();
      const again = serial.then(counted);
      serial = again.catch(() => {});
      return again;
    },
    quarantined: (of) =>
      context.db.read(function* () {
        const own = ofAccounts(of);
        const rows = yield* all(
          `SELECT * FROM events WHERE workspace_id = ? AND status = 'quarantined' ${own.sql} ORDER BY created_at DESC LIMIT 200`,
          scope(of),
          ...own.params,
        );
        return rows.map(quarantinedOf);
      }),
    release: (of, eventId, how) => writeAndTell(context, () => release(context, of, eventId, how)),
  };
}

/** Events of conversations that belong to the accounts of a scope. */
function ofAccounts(of: Scope): { readonly sql: string; readonly params: readonly Value[] } {
  const own = within(of, "c.account_id");
  if (own.sql === "") return own;
  const sql = `AND EXISTS (SELECT 1 FROM conversations c WHERE c.workspace_id = events.workspace_id AND c.id = events.conversation_id ${own.sql})`;
  return { sql, params: own.params };
}

function refOf(row: Row): ConversationRef {
  return { workspaceId: text(row, "workspace_id") as WorkspaceId, conversationId: text(row, "id") as ConversationId };
}

function* tryStep(
  context: Context,
  ref: ConversationRef,
  decide: (input: StepInput) => Decision | NeedsVersions,
  claim: Claim,
  counted: number | null,
): Script<Told<Tried>> {
  const now = context.clock.now();
  const idle = (dueAt: number | null): Told<Tried> => ({
    result: { type: "idle", nextDueAt: dueAt === null ? null : new Date(dueAt).toISOString() },
    changes: [],
  });
  const row = yield* one(counted === null ? LOOK : TAKE, ref.workspaceId, ref.conversationId);
  if (!row || row.due_at === null) return idle(null);
  if (counted === null && number(row, "due_at") > now) return idle(number(row, "due_at"));
  const rows = yield* all(
    "SELECT * FROM events WHERE workspace_id = ? AND conversation_id = ? AND seq > ? ORDER BY seq LIMIT ?",
    ref.workspaceId,
    ref.conversationId,
    number(row, "applied_seq"),
    BURST_EVENTS,
  );
  const first = rows[0];
  if (!first) {
    yield* put(
      "UPDATE conversations SET due_at = NULL WHERE workspace_id = ? AND id = ?",
      ref.workspaceId,
      ref.conversationId,
    );
    return idle(null);
  }
  if (counted !== number(first, "seq") && number(first, "available_at") > now) {
    yield* put(
      "UPDATE conversations SET due_at = ? WHERE workspace_id = ? AND id = ?",
      number(first, "available_at"),
      ref.workspaceId,
      ref.conversationId,
    );
    return idle(number(first, "available_at"));
  }
  const seq = number(first, "seq");
  const attempts = number(first, "attempts");
  // The first attempt was put on record with the event itself, by this very process.
  const isFirst = attempts === 1 && first.error === null && context.fresh.has(text(first, "id"));
  if (counted !== seq && !isFirst) return { result: { type: "uncounted", seq, attempts }, changes: [] };
  const events = burstOf(rows);
  const input = inputOf(context, row, events, now);
  const was = timersOf(row);
  const left = withoutFired(was, events[0]?.event);
  // A timer that was cancelled or set anew after it fired must not act (C-8).
  const isVoid = events[0]?.event.type === "timer" && left === was;
  const past = isVoid || (yield* isOvertaken(ref, events[0]));
  const decided = past ? () => NOTHING : decide;
  const told = yield* takeStep(context, row, { was, left }, input, decided, claim, now);
  if (told.result.type === "applied") for (const { id } of events) context.fresh.delete(id);
  if (told.result.type === "needs" && counted !== null) yield* uncount(context, ref, counted);
  return told;
}

/** The conversation with its contact and what is on its way, its row locked. Who a linked contact is, the person says; what it said no to, it says itself. */
const loaded = (
  lock: string,
): string => `SELECT c.*, COALESCE(h.name, p.name) AS p_name, COALESCE(h.first_name, p.first_name) AS p_first_name,
    CASE WHEN h.id IS NULL THEN p.language ELSE h.language END AS p_language, CASE WHEN h.id IS NULL THEN p.phone ELSE h.phone END AS p_phone,
    CASE WHEN h.id IS NULL THEN p.email ELSE h.email END AS p_email, COALESCE(h.fields, p.fields) AS p_fields, COALESCE(h.labels, p.labels) AS p_labels, p.opted_out AS p_opted_out,
    CASE WHEN EXISTS (SELECT 1 FROM effects e WHERE e.workspace_id = c.workspace_id AND e.conversation_id = c.id
      AND ${OPEN_SEND}) THEN 1 ELSE 0 END AS open_send
  FROM conversations c JOIN contacts p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
  LEFT JOIN contacts h ON h.workspace_id = p.workspace_id AND h.id = p.person_id
  WHERE c.workspace_id = ? AND c.id = ? /*${lock} c*/`;
/** Whoever only looks does not wait for the others; whoever has counted an attempt makes it. */
const LOOK = loaded("skip");
const TAKE = loaded("lock");

const NOTHING: Decision = {
  conversation: {},
  contact: null,
  run: { type: "unchanged" },
  effects: [],
  timers: [],
  notes: [],
  cancelSends: false,
  path: [],
  outcome: "ignored",
};

/** A timer that acts is used up. The same list when the event is none of its timers. */
function withoutFired(timers: readonly StoredTimer[], event: MailboxEvent | undefined): readonly StoredTimer[] {
  if (event?.type !== "timer") return timers;
  const left = timers.filter(
    ({ name, generation, dueAt }) => dueAt !== null || name !== event.name || generation !== event.generation,
  );
  return left.length < timers.length ? left : timers;
}

/** Given back to the bot, and taken over again before that was applied: the bot says nothing more (C-12). */
function* isOvertaken(ref: ConversationRef, queued: QueuedEvent | undefined): Script<boolean> {
  if (queued?.event.type !== "handBack") return false;
  const later = yield* one(
    "SELECT 1 AS one FROM events WHERE workspace_id = ? AND conversation_id = ? AND seq > ? AND type = 'takeOver' LIMIT 1",
    ref.workspaceId,
    ref.conversationId,
    queued.seq,
  );
  return later !== null;
}

/** The first event; with a text of the contact all texts that directly follow it. */
function burstOf(rows: readonly Row[]): readonly QueuedEvent[] {
  const events = rows.map(queuedOf);
  const first = events[0];
  if (!first || !isText(first)) return events.slice(0, 1);
  const end = events.findIndex((event) => !isText(event));
  return end < 0 ? events : events.slice(0, end);
}

function isText({ event }: QueuedEvent): boolean {
  return event.type === "message" && event.content.type === "text";
}

function queuedOf(row: Row): QueuedEvent {
  return {
    id: text(row, "id") as EventId,
    seq: number(row, "seq"),
    event: json<MailboxEvent>(row, "payload"),
    late: number(row, "late") === 1,
    createdAt: iso(row, "created_at"),
  };
}

function inputOf(context: Context, row: Row, events: readonly QueuedEvent[], now: number): StepInput {
  const conversation = conversationOf(row);
  const runId = textOrNull(row, "run_id");
  const workspace = context.workspaces.get(conversation.workspaceId);
  if (!workspace) throw new Error(`conversation ${conversation.id} has no workspace`);
  const account = context.accounts.get(conversation.accountId as ChannelAccountId);
  return {
    now: new Date(now).toISOString(),
    workspace,
    conversation,
    contact: contactOfRow(row, "p_", conversation.contactId),
    capabilities: account?.capabilities ?? context.capabilitiesOf(conversation.channel),
    accountBotEnabled: account?.botEnabled ?? true,
    run: runId === null ? null : { id: runId as RunId, state: json<RunState>(row, "run_state") },
    events,
  };
}

/** Adds an event to the mailbox of a conversation; the same key again adds nothing. */
export function* enqueue(
  context: Context,
  ref: ConversationRef,
  event: MailboxEvent,
  dedupeKey: string,
): Script<Told<{ readonly added: boolean; readonly seq: number }>> {
  const now = context.clock.now();
  const workspaceId = scope(ref.workspaceId) as WorkspaceId;
  const nothing = { result: { added: false, seq: 0 }, changes: [] };
  const thread = yield* one(
    "SELECT id FROM conversations WHERE workspace_id = ? AND id = ? /*lock*/",
    workspaceId,
    ref.conversationId,
  );
  if (!thread) return nothing;
  const fresh = yield* change(
    `INSERT INTO dedupe_keys (workspace_id, scope, key, at) VALUES (?, ?, ?, ?)
     ON CONFLICT (workspace_id, scope, key) DO NOTHING`,
    workspaceId,
    ref.conversationId,
    dedupeKey,
    now,
  );
  if (!fresh) return nothing;
  if (event.type === "takeOver") {
    // At once, not when its turn comes: from here on no bot message starts.
    yield* put(
      "UPDATE conversations SET owner = 'agent', status = 'open' WHERE workspace_id = ? AND id = ?",
      workspaceId,
      ref.conversationId,
    );
    yield* cancelBotSends(workspaceId, ref.conversationId);
  }
  const seq = yield* post(context, workspaceId, ref.conversationId, event, now);
  const dueAt = new Date(now).toISOString();
  return {
    result: { added: true, seq: seq ?? 0 },
    changes: [
      { type: "mailbox", ...ref, dueAt },
      { type: "conversation", ...ref },
    ],
  };
}

/** One more attempt is on record before the event is tried again (C-9). */
function* count(context: Context, ref: ConversationRef, seq: number): Script<number | null> {
  const now = context.clock.now();
  // Of several processes one counts and tries; the others come back when it should long be done. Where there is only
  // one: should it die again, the event waits, so that deaths that have nothing to do with it do not meet it each time.
  const rows = yield* all(
    `UPDATE events SET attempts = attempts + 1, available_at = ? + attempts * ? WHERE workspace_id = ? AND conversation_id = ? AND seq = ?
       AND status = 'pending' AND available_at <= ? RETURNING attempts`,
    context.db.dialect === "sqlite" ? now : now + COUNTED_MS,
    context.db.dialect === "sqlite" ? SUSPECT_MS : 0,
    ref.workspaceId,
    ref.conversationId,
    seq,
    now,
  );
  return rows[0] ? number(rows[0], "attempts") : null;
}

/** The attempt says nothing about the event: it does not count, and may be made again at once. */
function* uncount(context: Context, ref: ConversationRef, seq: number): Script<void> {
  yield* put(
    "UPDATE events SET attempts = attempts - 1, available_at = ? WHERE workspace_id = ? AND conversation_id = ? AND seq = ? AND status = 'pending'",
    context.clock.now(),
    ref.workspaceId,
    ref.conversationId,
    seq,
  );
}

/** The step threw: nothing of it was written. It is tried again later; the third time the event is set aside. */
async function failed(
  context: Context,
  ref: ConversationRef,
  counted: number | null,
  error: unknown,
): Promise<StepOutcome> {
  if (isUnavailable(error)) {
    // The database is at fault, not the event. When it cannot take this either, the count stands and does no harm yet.
    if (counted !== null) await context.db.write(() => uncount(context, ref, counted)).catch(() => {});
    throw error;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const now = context.clock.now();
  const next = await context.db.write(function* () {
    const row = yield* one(
      `SELECT e.seq, e.attempts FROM conversations c JOIN events e ON e.workspace_id = c.workspace_id AND e.conversation_id = c.id AND e.seq = c.applied_seq + 1
       WHERE c.workspace_id = ? AND c.id = ?`,
      ref.workspaceId,
      ref.conversationId,
    );
    if (!row) return null;
    const attempts = Math.max(1, number(row, "attempts"));
    const at = now + RETRY_MS * 2 ** (attempts - 1);
    yield* put(
      "UPDATE events SET error = ?, available_at = ?, attempts = ? WHERE workspace_id = ? AND conversation_id = ? AND seq = ?",
      detail.slice(0, 2000),
      at,
      attempts,
      ref.workspaceId,
      ref.conversationId,
      number(row, "seq"),
    );
    yield* put(
      "UPDATE conversations SET due_at = ? WHERE workspace_id = ? AND id = ?",
      at,
      ref.workspaceId,
      ref.conversationId,
    );
    return { seq: number(row, "seq"), attempts, at };
  });
  if (!next) return { type: "idle", nextDueAt: null };
  if (next.attempts >= LIMITS.eventAttempts) return quarantine(context, ref, next.seq, detail);
  return { type: "failed", error: detail, quarantined: false, retryAt: new Date(next.at).toISOString() };
}

/**
 * The event is kept for the operator; the bot is off in this conversation, which waits for people unless one of them
 * has it already; later mail goes on.
 */
function quarantine(context: Context, ref: ConversationRef, seq: number, error: string): Promise<StepOutcome> {
  return writeAndTell(context, function* (): Script<Told<StepOutcome>> {
    const now = context.clock.now();
    const row = yield* one(
      "SELECT applied_seq FROM conversations WHERE workspace_id = ? AND id = ? /*lock*/",
      ref.workspaceId,
      ref.conversationId,
    );
    // Another process has applied it meanwhile.
    if (!row || number(row, "applied_seq") !== seq - 1)
      return { result: { type: "idle", nextDueAt: null }, changes: [] };
    yield* put(
      "UPDATE events SET status = 'quarantined', error = COALESCE(error, ?) WHERE workspace_id = ? AND conversation_id = ? AND seq = ?",
      error.slice(0, 2000),
      ref.workspaceId,
      ref.conversationId,
      seq,
    );
    yield* put(
      `UPDATE conversations SET applied_seq = ?, version = version + 1, bot_enabled = 0, owner = 'agent',
         status = CASE WHEN owner = 'agent' AND status = 'open' THEN 'open' ELSE 'waiting' END, handover = ?,
         due_at = CASE WHEN last_seq > ? THEN CAST(? AS bigint) ELSE NULL END WHERE workspace_id = ? AND id = ?`,
      seq,
      JSON.stringify({
        queue: "default",
        priority: "high",
        reason: "an event could not be applied",
        summary: "",
        at: new Date(now).toISOString(),
      }),
      seq,
      now,
      ref.workspaceId,
      ref.conversationId,
    );
    yield* put(
      "INSERT INTO notices (workspace_id, id, at, severity, code, text, conversation_id, facts) VALUES (?, ?, ?, 'error', 'event.quarantined', ?, ?, '{}')",
      ref.workspaceId,
      context.ids.make("event"),
      now,
      error.slice(0, 500),
      ref.conversationId,
    );
    return {
      result: { type: "failed", error, quarantined: true, retryAt: null },
      changes: [{ type: "conversation", ...ref }],
    };
  });
}

function* release(context: Context, of: Scope, eventId: EventId, how: "retry" | "skip"): Script<Told<boolean>> {
  const now = context.clock.now();
  const workspaceId = scope(of);
  const own = ofAccounts(of);
  const row = yield* one(
    `SELECT * FROM events WHERE workspace_id = ? AND id = ? AND status = 'quarantined' ${own.sql}`,
    workspaceId,
    eventId,
    ...own.params,
  );
  if (!row) return { result: false, changes: [] };
  const conversationId = text(row, "conversation_id") as ConversationId;
  yield* put(
    "UPDATE events SET status = 'applied' WHERE workspace_id = ? AND conversation_id = ? AND seq = ?",
    workspaceId,
    conversationId,
    number(row, "seq"),
  );
  if (how === "skip") return { result: true, changes: [] };
  // Once more, as new mail: its old place in the order has passed.
  yield* put(
    "UPDATE conversations SET bot_enabled = 1, owner = 'bot', status = 'open', handover = NULL WHERE workspace_id = ? AND id = ?",
    workspaceId,
    conversationId,
  );
  yield* post(context, workspaceId, conversationId, json<MailboxEvent>(row, "payload"), now);
  return {
    result: true,
    changes: [{ type: "mailbox", workspaceId, conversationId, dueAt: new Date(now).toISOString() }],
  };
}

function quarantinedOf(row: Row): QuarantinedEvent {
  return {
    id: text(row, "id") as EventId,
    conversationId: text(row, "conversation_id") as ConversationId,
    event: json<MailboxEvent>(row, "payload"),
    error: textOrNull(row, "error") ?? "",
    attempts: number(row, "attempts"),
    createdAt: iso(row, "created_at"),
  };
}
