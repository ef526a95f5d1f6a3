import { effectId, messageIdOf, type WorkspaceId } from "../core/domain/ids.ts";
import type { JsonObject } from "../core/domain/json.ts";
import type { OutboundContent } from "../core/domain/message.ts";
import type { ContactPatch, Decision, StepInput } from "../core/run/decision.ts";
import type { Change, ClaimedEffect, StepOutcome } from "../ports.ts";
import { beginAttempt, type Claim, hasOpenSend } from "./attempts.ts";
import type { Context, Told } from "./context.ts";
import { setConsent } from "./inbox.ts";
import { all, number, numberOrNull, type Row, type Script, textOrNull } from "./sql.ts";
import { cancelBotSends, insertMessage, previewOf } from "./threads.ts";

const DAY_MS = 86_400_000;
/** A message must arrive before its window closes, not while. */
const WINDOW_MARGIN_MS = 5 * 60_000;
/** Room for the effects of one step in the order of a conversation's effects. */
const ORD_STEP = 1000;

/** Writes everything that a step decided, in the transaction that read its input. */
export function* writeDecision(
  context: Context,
  row: Row,
  input: StepInput,
  decision: Decision,
  claim: Claim,
  now: number,
): Script<Told<StepOutcome>> {
  const { conversation, events } = input;
  const { workspaceId, id: conversationId } = conversation;
  const version = conversation.version + events.length;
  const lastSeq = events[events.length - 1]?.seq ?? 0;
  const firstSeq = events[0]?.seq ?? 0;
  yield* all(
    "UPDATE events SET status = 'applied' WHERE workspace_id = ? AND conversation_id = ? AND seq BETWEEN ? AND ?",
    workspaceId,
    conversationId,
    firstSeq,
    lastSeq,
  );
  if (decision.cancelSends) yield* cancelBotSends(workspaceId, conversationId);
  if (decision.contact) yield* patchContact(workspaceId, input, decision.contact);
  const runId = yield* writeRun(workspaceId, input, decision, version, now);
  const owner = decision.conversation.owner ?? conversation.owner;
  const status = decision.conversation.status ?? conversation.status;
  const thread = { id: conversationId, contactId: conversation.contactId, accountId: conversation.accountId };
  let position = number(row, "last_position");
  let lastContent: OutboundContent | null = null;
  const claimed: ClaimedEffect[] = [];
  let waits = false;
  const sends = decision.effects.some(({ type }) => type === "send");
  let headFree = sends && !(yield* hasOpenSend(workspaceId, conversationId));
  const expiresAt = expiryOf(numberOrNull(row, "window_expires_at"), now);
  for (const [index, effect] of decision.effects.entries()) {
    const id = effectId(conversationId, version, index);
    const due = { workspaceId, id, type: effect.type, accountId: conversation.accountId, conversationId };
    if (effect.type === "send") {
      position++;
      lastContent = effect.content;
      yield* insertMessage(workspaceId, thread, position, {
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
    const expires = effect.type === "send" && effect.content.type !== "template" ? expiresAt : now + DAY_MS;
    yield* all(
      `INSERT INTO effects (workspace_id, id, conversation_id, account_id, contact_id, type, ord, payload, state, attempts, due_at, expires_at, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'pending', 0, ?, ?, ?)`,
      workspaceId,
      id,
      conversationId,
      conversation.accountId,
      conversation.contactId,
      effect.type,
      version * ORD_STEP + index,
      JSON.stringify(effect),
      now,
      expires,
      now,
    );
    const silent =
      effect.type === "send" &&
      owner === "agent" &&
      status !== "waiting" &&
      effect.author !== "agent" &&
      !effect.handover;
    const active = effect.type !== "send" || context.accounts.get(conversation.accountId)?.status === "active";
    if ((effect.type === "send" && !headFree) || silent || !active || !claim(due)) {
      waits = true;
      if (effect.type === "send") headFree = false;
      continue;
    }
    if (effect.type === "send") headFree = false;
    const begun = yield* beginAttempt(
      context,
      {
        ...due,
        effect,
        contactId: conversation.contactId,
        createdAt: input.now,
        expiresAt: new Date(expires).toISOString(),
      },
      1,
      now,
    );
    claimed.push(begun);
  }
  yield* writeTimers(workspaceId, conversationId, decision, version, now);
  for (const note of decision.notes) {
    yield* all(
      "INSERT INTO notes (workspace_id, id, conversation_id, text, by, created_at) VALUES (?, ?, ?, ?, 'bot', ?)",
      workspaceId,
      context.ids.make("event"),
      conversationId,
      note,
      now,
    );
  }
  yield* all(
    "INSERT INTO steps (workspace_id, conversation_id, version, event, path, created_at) VALUES (?, ?, ?, ?, ?, ?)",
    workspaceId,
    conversationId,
    version,
    events[0]?.event.type ?? "",
    JSON.stringify(decision.path),
    now,
  );
  const more = number(row, "last_seq") > lastSeq;
  yield* writeConversation(row, input, decision, { version, lastSeq, runId, position, lastContent, more, now });
  const ref = { workspaceId, conversationId };
  const changes: Change[] = [{ type: sends ? "message" : "conversation", ...ref }];
  // What was not begun here waits for the outbox, except sends behind one that is on its way.
  if (waits && claimed.length === 0) changes.push({ type: "outbox", dueAt: input.now });
  return { result: { type: "applied", claimed, more, nextDueAt: null }, changes };
}

function expiryOf(windowExpiresAt: number | null, now: number): number {
  return windowExpiresAt === null ? now + DAY_MS : Math.max(now + 60_000, windowExpiresAt - WINDOW_MARGIN_MS);
}

interface Written {
  readonly version: number;
  readonly lastSeq: number;
  readonly runId: string | null;
  readonly position: number;
  readonly lastContent: OutboundContent | null;
  readonly more: boolean;
  readonly now: number;
}

function* writeConversation(row: Row, input: StepInput, decision: Decision, written: Written): Script<void> {
  const { conversation } = input;
  const patch = decision.conversation;
  const { lastContent, now } = written;
  const handover = patch.handover === undefined ? conversation.handover : patch.handover;
  const rows = yield* all(
    `UPDATE conversations SET owner = ?, status = ?, bot_enabled = ?, handover = ?, language = ?, memory = ?, version = ?,
       applied_seq = ?, run_id = ?, last_position = ?, last_text = ?, last_direction = ?, last_message_at = ?, due_at = ?
     WHERE workspace_id = ? AND id = ? AND version = ? RETURNING id`,
    patch.owner ?? conversation.owner,
    patch.status ?? conversation.status,
    (patch.botEnabled ?? conversation.botEnabled) ? 1 : 0,
    handover ? JSON.stringify(handover) : null,
    patch.language ?? conversation.language,
    JSON.stringify(patch.memory ?? conversation.memory),
    written.version,
    written.lastSeq,
    written.runId,
    written.position,
    lastContent ? previewOf(lastContent) : textOrNull(row, "last_text"),
    lastContent ? "out" : textOrNull(row, "last_direction"),
    lastContent ? now : numberOrNull(row, "last_message_at"),
    written.more ? now : null,
    conversation.workspaceId,
    conversation.id,
    conversation.version,
  );
  // The fence: somebody else has moved this conversation on, so this step never happened.
  if (rows.length !== 1) throw new Error(`conversation ${conversation.id} changed under a step`);
}

function* writeRun(
  workspaceId: WorkspaceId,
  input: StepInput,
  decision: Decision,
  version: number,
  now: number,
): Script<string | null> {
  const { run, conversation } = input;
  const next = decision.run;
  if (next.type === "unchanged") return run?.id ?? null;
  const state = JSON.stringify(next.state);
  if (run && !next.start) {
    yield* all(
      "UPDATE runs SET state = ?, status = ?, updated_at = ? WHERE workspace_id = ? AND id = ?",
      state,
      next.status,
      now,
      workspaceId,
      run.id,
    );
    return next.status === "active" ? run.id : null;
  }
  if (run)
    yield* all(
      "UPDATE runs SET status = 'done', updated_at = ? WHERE workspace_id = ? AND id = ?",
      now,
      workspaceId,
      run.id,
    );
  // Like effects, a run is named after the step that began it.
  const id = `run_${conversation.id.slice("cnv_".length)}_${version}`;
  yield* all(
    "INSERT INTO runs (workspace_id, id, conversation_id, flow, version_id, state, status, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    workspaceId,
    id,
    conversation.id,
    next.flow,
    next.versionId,
    state,
    next.status,
    now,
    now,
  );
  return next.status === "active" ? id : null;
}

function* writeTimers(
  workspaceId: WorkspaceId,
  conversationId: string,
  decision: Decision,
  version: number,
  now: number,
): Script<void> {
  for (const timer of decision.timers) {
    if (timer.type === "cancelAll") {
      yield* all("DELETE FROM timers WHERE workspace_id = ? AND conversation_id = ?", workspaceId, conversationId);
    } else if (timer.type === "cancel") {
      yield* all(
        "DELETE FROM timers WHERE workspace_id = ? AND conversation_id = ? AND name = ?",
        workspaceId,
        conversationId,
        timer.name,
      );
    } else {
      yield* all(
        `INSERT INTO timers (workspace_id, conversation_id, name, generation, due_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (workspace_id, conversation_id, name) DO UPDATE SET generation = excluded.generation, due_at = excluded.due_at`,
        workspaceId,
        conversationId,
        timer.name,
        version,
        Math.max(now, Date.parse(timer.dueAt)),
      );
    }
  }
}

function* patchContact(workspaceId: WorkspaceId, input: StepInput, patch: ContactPatch): Script<void> {
  const { contact } = input;
  const fields: JsonObject = { ...contact.fields, ...patch.fields };
  const removed = new Set(patch.removeLabels ?? []);
  const labels = [...new Set([...contact.labels, ...(patch.addLabels ?? [])])].filter((label) => !removed.has(label));
  yield* all(
    "UPDATE contacts SET name = ?, first_name = ?, language = ?, phone = ?, email = ?, fields = ?, labels = ? WHERE workspace_id = ? AND id = ?",
    patch.name ?? contact.name,
    patch.firstName ?? contact.firstName,
    patch.language ?? contact.language,
    patch.phone ?? contact.phone,
    patch.email ?? contact.email,
    JSON.stringify(fields),
    JSON.stringify(labels),
    workspaceId,
    contact.id,
  );
  if (patch.optOut) yield* setConsent(workspaceId, contact.id, patch.optOut, false);
  if (patch.optIn) yield* setConsent(workspaceId, contact.id, patch.optIn, true);
}
