import type { OutboxEffect } from "../core/domain/effect.ts";
import type {
  ChannelAccountId,
  ContactId,
  ConversationId,
  EffectId,
  MessageId,
  WorkspaceId,
} from "../core/domain/ids.ts";
import { messageIdOf } from "../core/domain/ids.ts";
import type { InboundEvent, InboundEventOf } from "../core/domain/inbound-event.ts";
import { LIMITS } from "../core/domain/limits.ts";
import type { MailboxEvent } from "../core/domain/mailbox-event.ts";
import { type InboundContent, type Media, textOf } from "../core/domain/message.ts";
import type { Accepted, Change, Delivery, Inbox } from "../ports.ts";
import { joinByPhone, VOUCHED } from "./contact-links.ts";
import { type Context, type Told, writeAndTell } from "./context.ts";
import { control, echo, resolveByEvidence, watermark } from "./elsewhere.ts";
import { insertMail, tooMuch, writePosition } from "./mails.ts";
import { all, change, number, one, put, type Row, type Script, text } from "./sql.ts";
import { type Answering, threadOfSubmission } from "./submissions.ts";
import {
  addIdentity,
  contactOf,
  insertEvent,
  insertMessage,
  mergeContacts,
  previewOf,
  setConsent,
  setMessageStatus,
  type Thread,
  tellSendFailed,
  threadOfSender,
} from "./threads.ts";

/** An event whose provider's time is this much older than the newest one is marked late (C-3). */
const LATE_MS = 10_000;
const HOUR_MS = 3_600_000;

export interface Collected {
  stored: number;
  duplicates: number;
  readonly due: Map<string, Accepted["due"][number]>;
  readonly messages: Accepted["messages"][number][];
  readonly changes: Change[];
}

/** Where events come in: stored with their raw bytes before anybody answers the provider. */
export function inbox(context: Context): Inbox {
  return {
    accept: (delivery) => writeAndTell(context, () => accept(context, delivery)),
  };
}

function* accept(context: Context, delivery: Delivery): Script<Told<Accepted>> {
  const now = context.clock.now();
  const found: Collected = { stored: 0, duplicates: 0, due: new Map(), messages: [], changes: [] };
  const touched = new Set<WorkspaceId>();
  for (const event of delivery.events) {
    const account = context.accounts.get(event.accountId);
    if (!account) continue;
    const { workspaceId } = account;
    const messageId = event.type === "message" ? context.ids.make("message") : null;
    const fresh = yield* change(
      `INSERT INTO dedupe_keys (workspace_id, scope, key, message_id, at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (workspace_id, scope, key) DO NOTHING`,
      workspaceId,
      event.accountId,
      event.dedupeKey,
      messageId,
      now,
    );
    if (!fresh) {
      found.duplicates++;
      yield* remembered(workspaceId, event, found);
      continue;
    }
    found.stored++;
    touched.add(workspaceId);
    if (event.type === "message" && messageId) yield* message(context, workspaceId, event, messageId, found, now);
    else yield* apply(context, workspaceId, event, found, now);
  }
  yield* keepRaw(context, delivery, touched, found, now);
  if (delivery.position) yield* writePosition(context, delivery.position);
  const { stored, duplicates, due, messages, changes } = found;
  return { result: { stored, duplicates, due: [...due.values()], messages }, changes };
}

/** The raw bytes, once per workspace they concern; parts that nobody understood are kept with their reason. */
function* keepRaw(
  context: Context,
  delivery: Delivery,
  touched: Set<WorkspaceId>,
  found: Collected,
  now: number,
): Script<void> {
  const owners = new Set(touched);
  for (const part of delivery.setAside) {
    const account = part.accountId && context.accounts.get(part.accountId);
    const workspaceId = account ? account.workspaceId : ([...touched][0] ?? [...context.workspaces.keys()][0]);
    if (!workspaceId) continue;
    owners.add(workspaceId);
    found.changes.push({ type: "workspace", workspaceId });
    yield* put(
      `INSERT INTO set_aside (workspace_id, id, delivery_id, channel, reason, part, account_id, received_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      workspaceId,
      context.ids.make("delivery"),
      delivery.id,
      delivery.channel,
      part.reason,
      part.part,
      part.accountId ?? null,
      now,
    );
  }
  if (delivery.channel === "web") return;
  for (const workspaceId of owners) {
    // A delivery that mixes workspaces is nobody's alone: each keeps only what it was told (its events hold that).
    const body =
      owners.size === 1
        ? delivery.body
        : new TextEncoder().encode(
            JSON.stringify(
              delivery.events.filter((event) => context.accounts.get(event.accountId)?.workspaceId === workspaceId),
            ),
          );
    yield* put(
      "INSERT INTO raw_deliveries (workspace_id, id, channel, headers, body, received_at) VALUES (?, ?, ?, ?, ?, ?)",
      workspaceId,
      delivery.id,
      delivery.channel,
      JSON.stringify(delivery.headers),
      body,
      now,
    );
  }
}

/** The same event again: whoever must answer with an id gets the first one's. */
function* remembered(workspaceId: WorkspaceId, event: InboundEvent, found: Collected): Script<void> {
  if (event.type !== "message") return;
  const row = yield* one(
    `SELECT m.id, m.conversation_id, m.position FROM dedupe_keys d
     JOIN messages m ON m.workspace_id = d.workspace_id AND m.id = d.message_id
     WHERE d.workspace_id = ? AND d.scope = ? AND d.key = ?`,
    workspaceId,
    event.accountId,
    event.dedupeKey,
  );
  if (row) found.messages.push(answerOf(row));
}

function answerOf(row: Row): Accepted["messages"][number] {
  return {
    messageId: text(row, "id") as MessageId,
    conversationId: text(row, "conversation_id") as ConversationId,
    position: number(row, "position"),
  };
}

function* apply(
  context: Context,
  workspaceId: WorkspaceId,
  event: InboundEvent,
  found: Collected,
  now: number,
): Script<void> {
  switch (event.type) {
    case "message":
      return;
    case "status":
      return yield* status(context, workspaceId, event, found, now);
    case "watermark":
      return yield* watermark(workspaceId, event, found);
    case "echo":
      return yield* echo(context, workspaceId, event, found, now);
    case "control":
      return yield* control(context, workspaceId, event, found, now);
    case "edit":
      return yield* rewrite(workspaceId, event, event.content);
    case "revoke":
      return yield* rewrite(workspaceId, event, { type: "unsupported", what: "revoked" });
    case "identityChange":
      return yield* identityChange(workspaceId, event, now);
    case "consent": {
      const contactId = yield* contactOf(context, workspaceId, event.accountId, event.from, now);
      return yield* setConsent(workspaceId, contactId, event.purpose, event.allowed);
    }
    case "notice":
      yield* put(
        "INSERT INTO notices (workspace_id, id, at, severity, code, text, account_id, facts) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        workspaceId,
        context.ids.make("event"),
        now,
        event.severity,
        event.code,
        event.text,
        event.accountId,
        JSON.stringify(event.facts ?? {}),
      );
      return;
  }
}

/** The contact changed or took back what they wrote: the thread says so, and the inbox's list with it. */
function* rewrite(
  workspaceId: WorkspaceId,
  event: InboundEventOf<"edit" | "revoke">,
  content: InboundContent,
): Script<void> {
  const rows = yield* all(
    `UPDATE messages SET content = ?, text = ? WHERE workspace_id = ? AND account_id = ? AND external_id = ? AND direction = 'in'
     RETURNING conversation_id, position`,
    JSON.stringify(content),
    textOf(content),
    workspaceId,
    event.accountId,
    event.externalId,
  );
  const row = rows[0];
  if (!row) return;
  yield* put(
    "UPDATE conversations SET last_text = ? WHERE workspace_id = ? AND id = ? AND last_position = ?",
    previewOf(content),
    workspaceId,
    text(row, "conversation_id"),
    number(row, "position"),
  );
}

function* message(
  context: Context,
  workspaceId: WorkspaceId,
  event: InboundEventOf<"message">,
  messageId: MessageId,
  found: Collected,
  now: number,
): Script<void> {
  const { accountId, content, submission } = event;
  const own = context.accounts.get(accountId)?.channel ?? "web";
  const answering = submission && (yield* threadOfSubmission(context, workspaceId, event, submission, now));
  const channel = answering?.channel ?? own;
  const capabilities = context.capabilitiesOf(channel);
  const thread =
    answering?.thread ?? (yield* threadOfSender(context, workspaceId, { id: accountId, channel }, event.from, now));
  const happenedAt = Date.parse(event.at);
  if (thread.lastInboundAt === null && !submission && VOUCHED.has(channel))
    yield* joinByPhone(context, workspaceId, thread.contactId);
  const position = thread.lastPosition + 1;
  yield* insertMessage(workspaceId, thread, position, {
    id: messageId,
    direction: "in",
    author: "contact",
    content,
    externalId: event.externalId,
    status: "received",
    createdAt: now,
    sentAt: happenedAt,
  });
  found.messages.push({ messageId, conversationId: thread.id, position });
  found.changes.push({ type: "message", workspaceId, conversationId: thread.id });
  if (content.type === "media" && (content.media.remoteId || content.media.url)) {
    yield* requestDownload(workspaceId, thread, messageId, content.media, now);
    found.changes.push({ type: "outbox", dueAt: new Date(now).toISOString() });
  }
  if (event.mail) yield* insertMail(workspaceId, thread.id, messageId, position, event.mail, event.automatic ?? null);
  if (capabilities.profile && position === 1) {
    yield* requestProfile(workspaceId, thread, messageId, now);
    found.changes.push({ type: "outbox", dueAt: new Date(now).toISOString() });
  }
  // A reaction is no utterance: it neither opens the window nor speaks to the bot. Nor does what a machine wrote (S-80).
  // What another program answers only opens it.
  const opens = content.type !== "reaction" && event.automatic === undefined;
  const spoken = opens && !event.standby;
  const seq = spoken ? thread.lastSeq + 1 : thread.lastSeq;
  const late = thread.lastInboundAt !== null && happenedAt < thread.lastInboundAt - LATE_MS;
  if (spoken) {
    const mail: MailboxEvent = {
      type: "message",
      messageId,
      externalId: event.externalId,
      content,
      at: event.at,
      ...(event.repliesTo ? { repliesTo: event.repliesTo } : {}),
      ...(event.referral ? { referral: event.referral } : {}),
      ...((yield* tooMuch(workspaceId, thread.id, event, now)) ? { forPeople: true } : {}),
      ...(submission && answering ? { submission: mailed(submission, answering) } : {}),
      ...(event.handled ? { handled: event.handled } : {}),
    };
    yield* insertEvent(context, workspaceId, thread.id, seq, mail, late, now);
  }
  // A form is no message on the channel that answers it: it opens no window and can neither be read nor quoted there.
  const heard = submission === undefined;
  const dueAt = spoken ? yield* dueOf(context, workspaceId, thread, content.type === "text", now) : thread.dueAt;
  const hours = capabilities.serviceWindowHours;
  const window =
    hours === null || !opens || submission
      ? thread.windowExpiresAt
      : Math.max(thread.windowExpiresAt ?? 0, happenedAt + hours * HOUR_MS);
  yield* put(
    `UPDATE conversations SET last_position = ?, last_seq = ?, due_at = ?, window_expires_at = ?, last_inbound_at = ?,
       last_inbound_external_id = COALESCE(?, last_inbound_external_id), last_text = ?, last_direction = 'in', last_message_at = ?, unread = unread + 1
     WHERE workspace_id = ? AND id = ?`,
    position,
    seq,
    dueAt,
    window,
    heard ? Math.max(thread.lastInboundAt ?? 0, happenedAt) : thread.lastInboundAt,
    heard ? event.externalId : null,
    previewOf(content),
    now,
    workspaceId,
    thread.id,
  );
  if (!spoken || dueAt === null) return;
  const ref = { workspaceId, conversationId: thread.id };
  const due = new Date(dueAt).toISOString();
  found.due.set(thread.id, { ref, dueAt: due });
}

/** What the flow is told of a form: all but the ways that were not taken. */
function mailed(
  { answerBy: _, ...submission }: NonNullable<InboundEventOf<"message">["submission"]>,
  { opening }: Answering,
): NonNullable<Extract<MailboxEvent, { readonly type: "message" }>["submission"]> {
  return opening ? { ...submission, opening } : submission;
}

/** Quick texts wait a moment for each other, so that they get one answer; a tap is answered at once. */
function* dueOf(
  context: Context,
  workspaceId: WorkspaceId,
  thread: Thread,
  isText: boolean,
  now: number,
): Script<number> {
  const burstMs = isText ? (context.workspaces.get(workspaceId)?.burstWindowMs ?? LIMITS.burstWindowMs) : 0;
  if (burstMs <= 0) return now;
  if (thread.dueAt === null) return now + burstMs;
  const first = yield* one(
    "SELECT created_at FROM events WHERE workspace_id = ? AND conversation_id = ? AND seq = ?",
    workspaceId,
    thread.id,
    thread.appliedSeq + 1,
  );
  // What was due at once stays so; a burst goes on for as long as it lasts, but not for ever.
  if (thread.dueAt <= now || !first) return thread.dueAt;
  return Math.min(number(first, "created_at") + LIMITS.burstMaxMs, now + burstMs);
}

function requestDownload(
  workspaceId: WorkspaceId,
  thread: Thread,
  messageId: MessageId,
  media: Media,
  now: number,
): Script<void> {
  return request(workspaceId, thread, `${messageId}_media`, { type: "downloadMedia", messageId, media }, 7 * 24, now);
}

/** Who only has an id is asked about at the provider, beside the answer and never before it. */
function requestProfile(workspaceId: WorkspaceId, thread: Thread, messageId: MessageId, now: number): Script<void> {
  return request(workspaceId, thread, `${messageId}_profile`, { type: "lookUpProfile" }, 1, now);
}

function* request(
  workspaceId: WorkspaceId,
  thread: Thread,
  name: string,
  effect: OutboxEffect,
  hours: number,
  now: number,
): Script<void> {
  yield* put(
    `INSERT INTO effects (workspace_id, id, conversation_id, account_id, contact_id, type, ord, payload, state, attempts, due_at, expires_at, created_at)
     VALUES (?, ?, ?, ?, ?, ?, 0, ?, 'pending', 0, ?, ?, ?)`,
    workspaceId,
    `eff_${name.slice("msg_".length)}` as EffectId,
    thread.id,
    thread.accountId,
    thread.contactId,
    effect.type,
    JSON.stringify(effect),
    now,
    now + hours * HOUR_MS,
    now,
  );
}

/** What a provider tells about one of our messages. Statuses come in any order, also before we know the message. */
function* status(
  context: Context,
  workspaceId: WorkspaceId,
  event: InboundEventOf<"status">,
  found: Collected,
  now: number,
): Script<void> {
  const known =
    (yield* one(
      "SELECT id FROM messages WHERE workspace_id = ? AND external_id = ? AND account_id = ?",
      workspaceId,
      event.externalId,
      event.accountId,
    )) ??
    (event.evidence
      ? yield* one(
          "SELECT id FROM messages WHERE workspace_id = ? AND id = ? AND account_id = ?",
          workspaceId,
          messageIdOf(event.evidence as EffectId),
          event.accountId,
        )
      : null);
  if (!known) {
    yield* put(
      `INSERT INTO orphan_statuses (workspace_id, account_id, external_id, status, error, at) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (workspace_id, account_id, external_id, status) DO NOTHING`,
      workspaceId,
      event.accountId,
      event.externalId,
      event.status,
      event.error ? JSON.stringify(event.error) : null,
      now,
    );
    context.orphans.may = true;
    return;
  }
  const messageId = text(known, "id");
  const { evidence, externalId } = event;
  if (evidence) yield* resolveByEvidence(workspaceId, messageId, { evidence, externalId }, found, now);
  const changed = yield* setMessageStatus(workspaceId, messageId, event.status, event.error ?? null);
  if (!changed) return;
  const conversationId = text(changed, "conversation_id") as ConversationId;
  found.changes.push({ type: "status", workspaceId, conversationId });
  if (event.status !== "failed") return;
  const told = yield* tellSendFailed(context, workspaceId, changed, event.error ?? { code: "providerRejected" }, now);
  if (!told) return;
  const dueAt = new Date(now).toISOString();
  found.due.set(told, { ref: { workspaceId, conversationId: told }, dueAt });
  found.changes.push({ type: "mailbox", workspaceId, conversationId: told, dueAt });
}

function* identityChange(workspaceId: WorkspaceId, event: InboundEventOf<"identityChange">, now: number): Script<void> {
  const ids: ContactId[] = [];
  for (const identity of [...event.was, ...event.is]) {
    const row = yield* one(
      "SELECT contact_id FROM contact_identities WHERE workspace_id = ? AND account_id = ? AND kind = ? AND value = ?",
      workspaceId,
      event.accountId,
      identity.kind,
      identity.value,
    );
    if (row) ids.push(text(row, "contact_id") as ContactId);
  }
  const [kept, ...others] = [...new Set(ids)];
  if (!kept) return;
  for (const gone of others) yield* mergeContacts(workspaceId, kept, gone);
  for (const identity of event.is)
    yield* addIdentity(workspaceId, event.accountId as ChannelAccountId, identity, kept, now);
  const phone = event.is.find(({ kind }) => kind === "phone")?.value;
  if (phone) yield* put("UPDATE contacts SET phone = ? WHERE workspace_id = ? AND id = ?", phone, workspaceId, kept);
}
