import type { ShopEffect } from "../core/domain/effect.ts";
import { effectId, messageIdOf, type RunId } from "../core/domain/ids.ts";
import type { MailboxEvent } from "../core/domain/mailbox-event.ts";
import type { OutboundContent } from "../core/domain/message.ts";
import { patchedContact } from "../core/run/contact-patch.ts";
import type { ContactPatch, Decision, NeedsVersions, QueuedEvent, StepInput } from "../core/run/decision.ts";
import { storedState } from "../core/run/run.ts";
import type { Change, ClaimedEffect, StepOutcome } from "../ports.ts";
import { type Claim, hasOpenSend, insertEffect, recipientOf } from "./attempts.ts";
import type { Context, Told } from "./context.ts";
import { heldState } from "./held.ts";
import { shopAnswer } from "./shop.ts";
import { change, number, numberOrNull, one, put, type Row, type Script, textOrNull } from "./sql.ts";
import { cancelBotSends, insertEvent, insertMessage, previewOf, setConsent } from "./threads.ts";
import { firstDue, type StoredTimer, withTimers } from "./timers.ts";

const DAY_MS = 86_400_000;
/** An answer that was asked for before a restore has come by then. */
const HELD_MS = 7 * DAY_MS;
/** A message must arrive before its window closes, not while. */
const WINDOW_MARGIN_MS = 5 * 60_000;
/** Room for the effects of one step in the order of a conversation's effects. */
const ORD_STEP = 1000;
/** Answers of the shop that one step takes in; a flow that asks on and on goes on with the next step. */
const MOST_ROUNDS = 10;
/** The list of conversations is sorted to the second: an answer that follows at once does not move its conversation again. */
const SAME_MOMENT_MS = 1000;

/** One decision, what it was decided on, and the version that the conversation has after it. */
interface Round {
  readonly input: StepInput;
  readonly decision: Decision;
  readonly version: number;
}

/**
 * Decides and writes, in the transaction that read the input: all of it or nothing. What a flow asks of the shop is
 * answered on the spot; the answer is the next event of the mailbox and, when nothing waits before it, part of this
 * step.
 */
export function* takeStep(
  context: Context,
  row: Row,
  timers: Timers,
  input: StepInput,
  decide: (input: StepInput) => Decision | NeedsVersions,
  claim: Claim,
  now: number,
): Script<Told<StepOutcome>> {
  const { workspaceId, id: conversationId } = input.conversation;
  const mailSeq = number(row, "last_seq");
  const nothingWaits = input.events[input.events.length - 1]?.seq === mailSeq;
  const rounds: Round[] = [];
  const answers: QueuedEvent[] = [];
  let current: StepInput | null = input;
  while (current) {
    const decision = decide(current);
    if ("needs" in decision) {
      // What was decided before is written; what needs more is the next step's.
      if (rounds.length > 0) break;
      return { result: { type: "needs", versions: decision.needs }, changes: [] };
    }
    const round: Round = { input: current, decision, version: current.conversation.version + current.events.length };
    rounds.push(round);
    for (const [index, effect] of decision.effects.entries()) {
      if (!isOfShop(effect)) continue;
      const answer = yield* asked(context, round, effect, index, now);
      if (!effect.key) continue;
      const seq = mailSeq + answers.length + 1;
      const id = yield* insertEvent(context, workspaceId, conversationId, seq, answer, false, now);
      answers.push({ id, seq, event: answer, late: false, createdAt: input.now });
    }
    const next = nothingWaits && rounds.length <= MOST_ROUNDS ? answers[rounds.length - 1] : undefined;
    current = next ? inputAfter(round, next) : null;
    if (next) context.fresh.delete(next.id);
  }
  return yield* write(context, row, timers, rounds, mailSeq + answers.length, claim, now);
}

function isOfShop(effect: Decision["effects"][number]): effect is ShopEffect {
  switch (effect.type) {
    case "findProducts":
    case "createOrder":
    case "findOrder":
    case "setOrderStatus":
      return true;
    default:
      return false;
  }
}

function* asked(
  context: Context,
  { input, version }: Round,
  effect: ShopEffect,
  index: number,
  now: number,
): Script<MailboxEvent> {
  const { workspaceId, id: conversationId, contactId } = input.conversation;
  const id = effectId(conversationId, version, index, now);
  const answer = yield* shopAnswer(context, { workspaceId, contactId, conversationId, effectId: id }, effect);
  return "result" in answer
    ? { type: "effectDone", effectId: id, key: effect.key, result: answer.result }
    : { type: "effectFailed", effectId: id, key: effect.key, error: answer.error };
}

/** What the next event of the same step is decided on. */
function inputAfter({ input, decision, version }: Round, event: QueuedEvent): StepInput {
  const { run } = decision;
  return {
    ...input,
    conversation: { ...input.conversation, ...decision.conversation, version },
    contact: decision.contact ? patchedContact(input.contact, decision.contact) : input.contact,
    run:
      run.type === "unchanged"
        ? input.run
        : run.status === "active"
          ? { id: runIdAfter(input, run, version), state: run.state }
          : null,
    events: [event],
  };
}

type SavedRun = Extract<Decision["run"], { readonly type: "save" }>;

/** Like effects, a run is named after the step that began it. */
function runIdAfter({ run, conversation }: StepInput, next: SavedRun, version: number): RunId {
  if (run && !next.start) return run.id;
  return `run_${conversation.id.slice("cnv_".length)}_${version}` as RunId;
}

/** The timers of the conversation: as they are stored, and without the one whose event this step takes. */
export interface Timers {
  readonly was: readonly StoredTimer[];
  readonly left: readonly StoredTimer[];
}

/** What the rounds of a step leave behind in the conversation's row. */
interface Written {
  position: number;
  lastContent: OutboundContent | null;
  recipient: string | null;
  timers: readonly StoredTimer[];
  runId: string | null;
  runState: string | null;
}

function* write(
  context: Context,
  row: Row,
  timers: Timers,
  rounds: readonly Round[],
  lastSeq: number,
  claim: Claim,
  now: number,
): Script<Told<StepOutcome>> {
  const [first] = rounds;
  const last = rounds[rounds.length - 1];
  if (!first || !last) throw new Error("a step without a decision");
  const { workspaceId, id: conversationId } = first.input.conversation;
  const written: Written = {
    position: number(row, "last_position"),
    lastContent: null,
    recipient: textOrNull(row, "recipient"),
    timers: timers.left,
    runId: textOrNull(row, "run_id"),
    runState: textOrNull(row, "run_state"),
  };
  const cancelled = rounds.some(({ decision }) => decision.cancelSends);
  if (cancelled) yield* cancelBotSends(workspaceId, conversationId);
  let headFree = cancelled ? !(yield* hasOpenSend(workspaceId, conversationId)) : number(row, "open_send") === 0;
  const held = yield* isHeld(context, first.input, now);
  const claimed: ClaimedEffect[] = [];
  let sends = false;
  let waits = false;
  for (const round of rounds) {
    const { decision, input, version } = round;
    if (decision.contact) yield* patchContact(input, decision.contact);
    yield* writeRun(round, written, now);
    for (const [index, effect] of decision.effects.entries()) {
      if (isOfShop(effect)) continue;
      const isSend = effect.type === "send";
      const turn = { itsTurn: !isSend || headFree, held };
      const begun = yield* begin(context, row, round, effect, index, written, turn, claim, now);
      if (isSend) {
        sends = true;
        headFree = false;
      }
      if (begun) claimed.push(begun);
      else waits = true;
    }
    written.timers = withTimers(written.timers, decision.timers, version, now);
    for (const note of decision.notes) {
      yield* put(
        "INSERT INTO notes (workspace_id, id, conversation_id, text, by, created_at) VALUES (?, ?, ?, ?, 'bot', ?)",
        workspaceId,
        context.ids.make("event"),
        conversationId,
        note,
        now,
      );
    }
  }
  yield* put(
    "INSERT INTO steps (workspace_id, conversation_id, version, event, path, created_at) VALUES (?, ?, ?, ?, ?, ?)",
    workspaceId,
    conversationId,
    last.version,
    first.input.events[0]?.event.type ?? "",
    JSON.stringify(rounds.length === 1 ? first.decision.path : rounds.flatMap(({ decision }) => decision.path)),
    now,
  );
  const appliedSeq = last.input.events[last.input.events.length - 1]?.seq ?? 0;
  const more = lastSeq > appliedSeq;
  yield* writeConversation(row, last, written, {
    lastSeq,
    appliedSeq,
    timersChanged: written.timers !== timers.was,
    now,
  });
  const ref = { workspaceId, conversationId };
  const changes: Change[] = [{ type: sends ? "message" : "conversation", ...ref }];
  // What was not begun here waits for the outbox, except sends behind one that is on its way.
  if (waits && claimed.length === 0) changes.push({ type: "outbox", dueAt: first.input.now });
  const timerAt = firstDue(written.timers);
  return {
    result: {
      type: "applied",
      claimed,
      more,
      nextTimerAt: timerAt === null || written.timers === timers.was ? null : new Date(timerAt).toISOString(),
    },
    changes,
  };
}

/** Writes one effect, begun when it may be done at once; a send with its message. Null: it waits for the outbox. */
function* begin(
  context: Context,
  row: Row,
  { input, decision, version }: Round,
  effect: Exclude<Decision["effects"][number], ShopEffect>,
  index: number,
  written: Written,
  { itsTurn, held }: { readonly itsTurn: boolean; readonly held: boolean },
  claim: Claim,
  now: number,
): Script<ClaimedEffect | null> {
  const { conversation } = input;
  const { workspaceId, id: conversationId, contactId, accountId } = conversation;
  const id = effectId(conversationId, version, index, now);
  const isSend = effect.type === "send";
  if (isSend) {
    written.position++;
    written.lastContent = effect.content;
    yield* insertMessage(workspaceId, { id: conversationId, contactId, accountId }, written.position, {
      id: messageIdOf(id),
      direction: "out",
      author: effect.author,
      content: effect.content,
      externalId: null,
      status: "queued",
      node: effect.node ?? null,
      createdAt: now,
      sentAt: null,
    });
  }
  const expiresAt =
    isSend && effect.content.type !== "template" ? expiryOf(numberOrNull(row, "window_expires_at"), now) : now + DAY_MS;
  const owner = decision.conversation.owner ?? conversation.owner;
  const status = decision.conversation.status ?? conversation.status;
  const silent = isSend && owner === "agent" && status !== "waiting" && effect.author !== "agent" && !effect.handover;
  const active = !isSend || context.accounts.get(accountId)?.status === "active";
  const due = { workspaceId, id, type: effect.type, accountId, conversationId };
  const waits = held ? heldState(effect, conversation.channel) : "pending";
  const begun = waits === "pending" && itsTurn && !silent && active && claim(due);
  const createdAt = held ? new Date(context.restoredAt).toISOString() : input.now;
  const waiting = { ...due, contactId, effect, createdAt, expiresAt: new Date(expiresAt).toISOString() };
  yield* insertEffect(context, waiting, version * ORD_STEP + index, begun ? "running" : waits, now);
  if (!begun) return null;
  written.recipient ??= JSON.stringify(yield* recipientOf(context, workspaceId, accountId, contactId));
  return { ...waiting, attempt: 1, recipient: JSON.parse(written.recipient) };
}

/**
 * Whether everything that this step answers was there before a restore: the old installation may have answered it
 * already. What it asked of the assistant or a web service brings its answer only now, and belongs to it.
 */
function* isHeld(context: Context, input: StepInput, now: number): Script<boolean> {
  const { restoredAt } = context;
  if (now - restoredAt > HELD_MS) return false;
  for (const { event, createdAt } of input.events) {
    if (Date.parse(createdAt) <= restoredAt) continue;
    if (event.type !== "effectDone" && event.type !== "effectFailed") return false;
    const asked = yield* one(
      "SELECT created_at FROM effects WHERE workspace_id = ? AND id = ?",
      input.conversation.workspaceId,
      event.effectId,
    );
    if (!asked || number(asked, "created_at") > restoredAt) return false;
  }
  return true;
}

function expiryOf(windowExpiresAt: number | null, now: number): number {
  return windowExpiresAt === null ? now + DAY_MS : Math.max(now + 60_000, windowExpiresAt - WINDOW_MARGIN_MS);
}

/** The row of a run says what ran and when; where it stands is with the conversation. */
function* writeRun({ input, decision, version }: Round, written: Written, now: number): Script<void> {
  const { run, conversation } = input;
  const next = decision.run;
  if (next.type === "unchanged") return;
  const { workspaceId } = conversation;
  const id = runIdAfter(input, next, version);
  const active = next.status === "active";
  const end = (ended: string, status: string): Script<void> =>
    put(
      "UPDATE runs SET status = ?, updated_at = ? WHERE workspace_id = ? AND id = ?",
      status,
      now,
      workspaceId,
      ended,
    );
  if (run && id !== run.id) yield* end(run.id, "done");
  if (!run || id !== run.id) {
    yield* put(
      "INSERT INTO runs (workspace_id, id, conversation_id, flow, version_id, status, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      workspaceId,
      id,
      conversation.id,
      next.flow,
      next.versionId,
      next.status,
      now,
      now,
    );
  } else if (!active) yield* end(id, next.status);
  else if (run.state.frames[0]?.versionId !== next.versionId) {
    yield* put(
      "UPDATE runs SET version_id = ?, updated_at = ? WHERE workspace_id = ? AND id = ?",
      next.versionId,
      now,
      workspaceId,
      id,
    );
  }
  written.runId = active ? id : null;
  written.runState = active ? storedState(next.state) : null;
}

/** The update of a conversation: with what was said (1), when (2), and timers (4). Texts are made once, not per step. */
const UPDATES: readonly string[] = [0, 1, 2, 3, 4, 5, 6, 7].map(
  (kind) =>
    `UPDATE conversations SET owner = ?, status = ?, bot_enabled = ?, handover = ?, language = ?, memory = ?, version = ?, last_seq = ?,
       applied_seq = ?, run_id = ?, run_state = ?, recipient = ?, due_at = ?
       ${kind & 1 ? ", last_position = ?, last_text = ?, last_direction = 'out'" : ""}
       ${kind & 2 ? ", last_message_at = ?" : ""} ${kind & 4 ? ", timers = ?, timer_due_at = ?" : ""}
     WHERE workspace_id = ? AND id = ? AND version = ?`,
);

/** Only what changed is written: a column that is indexed costs the more. */
function* writeConversation(
  row: Row,
  { input, decision, version }: Round,
  written: Written,
  {
    lastSeq,
    appliedSeq,
    timersChanged,
    now,
  }: {
    readonly lastSeq: number;
    readonly appliedSeq: number;
    readonly timersChanged: boolean;
    readonly now: number;
  },
): Script<void> {
  const conversation = { ...input.conversation, ...decision.conversation };
  const said = written.lastContent;
  const spokenAt = numberOrNull(row, "last_message_at");
  const moves = said !== null && (spokenAt === null || now - spokenAt > SAME_MOMENT_MS);
  const touched = yield* change(
    UPDATES[(said ? 1 : 0) + (moves ? 2 : 0) + (timersChanged ? 4 : 0)] ?? "",
    conversation.owner,
    conversation.status,
    conversation.botEnabled ? 1 : 0,
    conversation.handover ? JSON.stringify(conversation.handover) : null,
    conversation.language,
    JSON.stringify(conversation.memory),
    version,
    lastSeq,
    appliedSeq,
    written.runId,
    written.runState,
    written.recipient,
    lastSeq > appliedSeq ? now : null,
    ...(said ? [written.position, previewOf(said)] : []),
    ...(moves ? [now] : []),
    ...(timersChanged ? [JSON.stringify(written.timers), firstDue(written.timers)] : []),
    conversation.workspaceId,
    conversation.id,
    number(row, "version"),
  );
  // The fence: somebody else has moved this conversation on, so this step never happened.
  if (!touched) throw new Error(`conversation ${conversation.id} changed under a step`);
}

function* patchContact({ contact, conversation }: StepInput, patch: ContactPatch): Script<void> {
  const { workspaceId } = conversation;
  const next = patchedContact(contact, patch);
  yield* put(
    "UPDATE contacts SET name = ?, first_name = ?, language = ?, phone = ?, email = ?, fields = ?, labels = ? WHERE workspace_id = ? AND id = COALESCE((SELECT p.person_id FROM contacts p WHERE p.workspace_id = ? AND p.id = ?), ?)",
    next.name,
    next.firstName,
    next.language,
    next.phone,
    next.email,
    JSON.stringify(next.fields),
    JSON.stringify(next.labels),
    workspaceId,
    workspaceId,
    contact.id,
    contact.id,
  );
  if (patch.optOut) yield* setConsent(workspaceId, contact.id, patch.optOut, false);
  if (patch.optIn) yield* setConsent(workspaceId, contact.id, patch.optIn, true);
}
