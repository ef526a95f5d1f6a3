import type { ChannelType } from "../core/domain/channel.ts";
import type { IdentityValue } from "../core/domain/contact.ts";
import type {
  ChannelAccountId,
  ContactId,
  ConversationId,
  EventId,
  MessageId,
  WorkspaceId,
} from "../core/domain/ids.ts";
import type { Sender } from "../core/domain/inbound-event.ts";
import type { MailboxEvent } from "../core/domain/mailbox-event.ts";
import type { DeliveryStatus, MessageAuthor, MessageContent, MessageDirection } from "../core/domain/message.ts";
import { DELIVERY_RANK, textOf } from "../core/domain/message.ts";
import type { SendError } from "../core/domain/send-error.ts";
import { linkContacts } from "./contact-links.ts";
import type { Context } from "./context.ts";
import { all, change, number, numberOrNull, one, put, type Row, type Script, text, textOrNull } from "./sql.ts";

/** Pieces of scripts that several write paths share: contacts, threads, the mailbox of a conversation. */

const PREVIEW_CHARS = 200;
const MOST_FRESH = 100_000;

/** What it takes to put mail into a mailbox, also without a whole store around it. */
export type Making = Pick<Context, "ids" | "fresh"> & { readonly db: Pick<Context["db"], "dialect"> };

/** Finds or makes the contact of a sender; two contacts that turn out to be one are merged. */
export function* contactOf(
  context: Context,
  workspaceId: WorkspaceId,
  accountId: ChannelAccountId,
  sender: Sender,
  now: number,
): Script<ContactId> {
  const found: ContactId[] = [];
  const missing: IdentityValue[] = [];
  for (const identity of sender.identities) {
    const row = yield* one(
      "SELECT contact_id FROM contact_identities WHERE workspace_id = ? AND account_id = ? AND kind = ? AND value = ?",
      workspaceId,
      accountId,
      identity.kind,
      identity.value,
    );
    if (row) found.push(text(row, "contact_id") as ContactId);
    else missing.push(identity);
  }
  const known = [...new Set(found)];
  const contactId = known[0] ?? (yield* newContact(context, workspaceId, accountId, sender, now));
  for (const other of known.slice(1)) yield* mergeContacts(workspaceId, contactId, other);
  for (const identity of missing) yield* addIdentity(workspaceId, accountId, identity, contactId, now);
  return contactId;
}

function* newContact(
  context: Context,
  workspaceId: WorkspaceId,
  accountId: ChannelAccountId,
  sender: Sender,
  now: number,
): Script<ContactId> {
  const id = context.ids.make("contact");
  const [first] = sender.identities;
  if (!first) throw new Error("a sender without any identity");
  // The identity first: of two messages of a new person at the same moment, one makes the contact, the other finds it.
  if (!(yield* claimIdentity(workspaceId, accountId, first, id, now))) {
    const row = yield* one(
      "SELECT contact_id FROM contact_identities WHERE workspace_id = ? AND account_id = ? AND kind = ? AND value = ?",
      workspaceId,
      accountId,
      first.kind,
      first.value,
    );
    if (row) return text(row, "contact_id") as ContactId;
  }
  const name = (sender.name ?? "").slice(0, 200);
  const valueFor = (kind: IdentityValue["kind"]) =>
    sender.identities.find((identity) => identity.kind === kind)?.value ?? null;
  yield* put(
    `INSERT INTO contacts (workspace_id, id, name, first_name, language, phone, email, fields, labels, opted_out, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, '{}', '[]', '[]', ?)`,
    workspaceId,
    id,
    name,
    firstNameOf(name),
    sender.language ?? null,
    valueFor("phone"),
    valueFor("email"),
    now,
  );
  return id;
}

/** The first word of a name that looks like one; names are chosen by the contact and can be anything. */
export function firstNameOf(name: string): string {
  const word = name.trim().split(/\s+/)[0] ?? "";
  return /^\p{L}[\p{L}'’-]{0,39}$/u.test(word) ? word : "";
}

/** Whether the identity was free and is this contact's now. */
function* claimIdentity(
  workspaceId: WorkspaceId,
  accountId: ChannelAccountId,
  identity: IdentityValue,
  contactId: ContactId,
  now: number,
): Script<boolean> {
  return yield* change(
    `INSERT INTO contact_identities (workspace_id, account_id, kind, value, contact_id, created_at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (workspace_id, account_id, kind, value) DO NOTHING`,
    workspaceId,
    accountId,
    identity.kind,
    identity.value,
    contactId,
    now,
  );
}

export function* addIdentity(
  workspaceId: WorkspaceId,
  accountId: ChannelAccountId,
  identity: IdentityValue,
  contactId: ContactId,
  now: number,
): Script<void> {
  if (yield* claimIdentity(workspaceId, accountId, identity, contactId, now))
    yield* forgetRecipient(workspaceId, contactId);
  if (identity.kind !== "phone" && identity.kind !== "email") return;
  const column = identity.kind === "phone" ? "phone" : "email";
  yield* put(
    `UPDATE contacts SET ${column} = ? WHERE workspace_id = ? AND id = ? AND ${column} IS NULL`,
    identity.value,
    workspaceId,
    contactId,
  );
}

/** The addresses of a contact changed: its conversations look them up again. */
function* forgetRecipient(workspaceId: WorkspaceId, contactId: ContactId): Script<void> {
  yield* put(
    "UPDATE conversations SET recipient = NULL WHERE workspace_id = ? AND contact_id = ?",
    workspaceId,
    contactId,
  );
}

/**
 * Two contacts are one person: identities and history go to the first. Where both have a conversation on the same
 * account, the second one's stays as history of the first with its own id, closed, under no contact's name twice.
 */
export function* mergeContacts(workspaceId: WorkspaceId, kept: ContactId, gone: ContactId): Script<void> {
  if (kept === gone) return;
  yield* linkContacts(workspaceId, kept, gone, { how: "provider", by: "relais" });
  yield* put(
    "UPDATE contact_identities SET contact_id = ? WHERE workspace_id = ? AND contact_id = ?",
    kept,
    workspaceId,
    gone,
  );
  yield* put(
    `UPDATE conversations SET contact_id = ? WHERE workspace_id = ? AND contact_id = ? AND NOT EXISTS (
       SELECT 1 FROM conversations other WHERE other.workspace_id = conversations.workspace_id
         AND other.account_id = conversations.account_id AND other.contact_id = ?)`,
    kept,
    workspaceId,
    gone,
    kept,
  );
  yield* forgetRecipient(workspaceId, kept);
  yield* put("UPDATE messages SET contact_id = ? WHERE workspace_id = ? AND contact_id = ?", kept, workspaceId, gone);
  yield* put("UPDATE orders SET contact_id = ? WHERE workspace_id = ? AND contact_id = ?", kept, workspaceId, gone);
  yield* put(
    "UPDATE conversations SET status = 'archived' WHERE workspace_id = ? AND contact_id = ?",
    workspaceId,
    gone,
  );
}

/** The columns of a conversation that write paths need. */
export interface Thread {
  readonly id: ConversationId;
  readonly accountId: ChannelAccountId;
  readonly contactId: ContactId;
  readonly owner: string;
  readonly status: string;
  readonly lastSeq: number;
  readonly appliedSeq: number;
  readonly lastPosition: number;
  readonly dueAt: number | null;
  readonly windowExpiresAt: number | null;
  readonly lastInboundAt: number | null;
}

const THREAD =
  "id, account_id, contact_id, owner, status, last_seq, applied_seq, last_position, due_at, window_expires_at, last_inbound_at";

export function threadOf(row: Row): Thread {
  return {
    id: text(row, "id") as ConversationId,
    accountId: text(row, "account_id") as ChannelAccountId,
    contactId: text(row, "contact_id") as ContactId,
    owner: text(row, "owner"),
    status: text(row, "status"),
    lastSeq: number(row, "last_seq"),
    appliedSeq: number(row, "applied_seq"),
    lastPosition: number(row, "last_position"),
    dueAt: numberOrNull(row, "due_at"),
    windowExpiresAt: numberOrNull(row, "window_expires_at"),
    lastInboundAt: numberOrNull(row, "last_inbound_at"),
  };
}

/** The conversation of a contact on an account, locked; made when there is none. */
export function* threadWith(
  context: Context,
  workspaceId: WorkspaceId,
  account: { readonly id: ChannelAccountId; readonly channel: ChannelType },
  contactId: ContactId,
  now: number,
): Script<Thread> {
  const look = `SELECT ${THREAD} FROM conversations WHERE workspace_id = ? AND account_id = ? AND contact_id = ? /*lock*/`;
  const found = yield* one(look, workspaceId, account.id, contactId);
  if (found) return threadOf(found);
  yield* put(
    `INSERT INTO conversations (workspace_id, id, account_id, channel, contact_id, owner, status, bot_enabled, version,
       last_seq, applied_seq, last_position, memory, unread, last_message_at, created_at)
     VALUES (?, ?, ?, ?, ?, 'bot', 'open', 1, 0, 0, 0, 0, '{}', 0, ?, ?)
     ON CONFLICT (workspace_id, account_id, contact_id) DO NOTHING`,
    workspaceId,
    context.ids.make("conversation"),
    account.id,
    account.channel,
    contactId,
    now,
    now,
  );
  const made = yield* one(look, workspaceId, account.id, contactId);
  if (!made) throw new Error("a conversation that was just made is not there");
  return threadOf(made);
}

/** Looks for the conversation with whoever has an address, and locks it. */
export const OF_IDENTITY = `SELECT ${THREAD.replace(/\w+/g, "c.$&")} FROM contact_identities i
  JOIN conversations c ON c.workspace_id = i.workspace_id AND c.account_id = i.account_id AND c.contact_id = i.contact_id
  WHERE i.workspace_id = ? AND i.account_id = ? AND i.kind = ? AND i.value = ? /*lock c*/`;

/** The conversation with whoever sent something, locked: found in one look for everybody who is known by one address. */
export function* threadOfSender(
  context: Context,
  workspaceId: WorkspaceId,
  account: { readonly id: ChannelAccountId; readonly channel: ChannelType },
  sender: Sender,
  now: number,
): Script<Thread> {
  const [identity] = sender.identities;
  if (identity && sender.identities.length === 1) {
    const row = yield* one(OF_IDENTITY, workspaceId, account.id, identity.kind, identity.value);
    if (row) return threadOf(row);
  }
  const contactId = yield* contactOf(context, workspaceId, account.id, sender, now);
  return yield* threadWith(context, workspaceId, account, contactId, now);
}

/** A conversation by its id, locked; null when it is not of this workspace. */
export function* threadById(workspaceId: WorkspaceId, id: string): Script<Thread | null> {
  const row = yield* one(
    `SELECT ${THREAD} FROM conversations WHERE workspace_id = ? AND id = ? /*lock*/`,
    workspaceId,
    id,
  );
  return row && threadOf(row);
}

export interface NewMessage {
  readonly id: MessageId;
  readonly direction: MessageDirection;
  readonly author: MessageAuthor;
  readonly authorName?: string | null;
  readonly content: MessageContent;
  readonly externalId: string | null;
  readonly status: DeliveryStatus;
  readonly node?: string | null;
  readonly createdAt: number;
  readonly sentAt: number | null;
}

export function* insertMessage(
  workspaceId: WorkspaceId,
  thread: Pick<Thread, "id" | "contactId" | "accountId">,
  position: number,
  message: NewMessage,
): Script<void> {
  yield* put(
    `INSERT INTO messages (workspace_id, id, conversation_id, contact_id, account_id, position, direction, author, author_name, content,
       text, external_id, status, maybe_duplicate, node, created_at, sent_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?)`,
    workspaceId,
    message.id,
    thread.id,
    thread.contactId,
    thread.accountId,
    position,
    message.direction,
    message.author,
    message.authorName ?? null,
    JSON.stringify(message.content),
    textOf(message.content),
    message.externalId,
    message.status,
    message.node ?? null,
    message.createdAt,
    message.sentAt,
  );
}

export function previewOf(content: MessageContent): string {
  const words = textOf(content);
  return (words === "" ? `[${content.type}]` : words).slice(0, PREVIEW_CHARS);
}

/**
 * Puts an event at the end of a mailbox. The caller has locked the conversation and writes `last_seq` and `due_at`
 * itself. Its first attempt is on record from the start: this process tries it at once (C-9).
 */
export function* insertEvent(
  context: Making,
  workspaceId: WorkspaceId,
  conversationId: ConversationId,
  seq: number,
  event: MailboxEvent,
  late: boolean,
  now: number,
): Script<EventId> {
  const id = context.ids.make("event");
  // What is never tried here (another process did) must not pile up.
  if (context.fresh.size >= MOST_FRESH) context.fresh.clear();
  context.fresh.add(id);
  yield* put(
    `INSERT INTO events (workspace_id, conversation_id, seq, id, type, payload, status, attempts, available_at, late, created_at)
     VALUES (?, ?, ?, ?, ?, ?, 'pending', 1, ?, ?, ?)`,
    workspaceId,
    conversationId,
    seq,
    id,
    event.type,
    JSON.stringify(event),
    now,
    late ? 1 : 0,
    now,
  );
  return id;
}

const posting = (least: string): string =>
  `UPDATE conversations SET last_seq = last_seq + 1, due_at = ${least}(COALESCE(due_at, ?), ?) WHERE workspace_id = ? AND id = ? RETURNING last_seq`;
const POST = { sqlite: posting("min"), postgres: posting("least") };

/** Adds an event to a conversation that is locked here, due at once. Returns its place. */
export function* post(
  context: Making,
  workspaceId: WorkspaceId,
  conversationId: ConversationId,
  event: MailboxEvent,
  now: number,
): Script<number | null> {
  const rows = yield* all(POST[context.db.dialect], now, now, workspaceId, conversationId);
  const row = rows[0];
  if (!row) return null;
  const seq = number(row, "last_seq");
  yield* insertEvent(context, workspaceId, conversationId, seq, event, false, now);
  return seq;
}

/** A person speaks now: the bot's messages that have not left are cancelled. */
export function* cancelBotSends(workspaceId: WorkspaceId, conversationId: ConversationId): Script<void> {
  const rows = yield* all(
    `UPDATE effects SET state = 'cancelled' WHERE workspace_id = ? AND conversation_id = ? AND type = 'send'
       AND state IN ('pending') AND payload NOT LIKE '%"author":"agent"%' RETURNING id`,
    workspaceId,
    conversationId,
  );
  for (const row of rows) yield* setMessageStatus(workspaceId, messageOf(text(row, "id")), "cancelled", null);
}

/** The message that an effect delivers has the same name with another prefix. */
export function messageOf(effectId: string): string {
  return `msg_${effectId.slice("eff_".length)}`;
}

/** Merges a status by its rank; a lower one changes nothing. Returns the message when it changed. */
export function* setMessageStatus(
  workspaceId: WorkspaceId,
  messageId: string,
  status: DeliveryStatus,
  error: SendError | null,
): Script<Row | null> {
  const row = yield* one(
    "SELECT id, conversation_id, contact_id, status, author, node, direction FROM messages WHERE workspace_id = ? AND id = ?",
    workspaceId,
    messageId,
  );
  if (!row) return null;
  const current = text(row, "status") as DeliveryStatus;
  if (DELIVERY_RANK[status] <= DELIVERY_RANK[current]) return null;
  yield* put(
    "UPDATE messages SET status = ?, error = ? WHERE workspace_id = ? AND id = ?",
    status,
    error ? JSON.stringify(error) : null,
    workspaceId,
    messageId,
  );
  if (error) yield* learnOptOut(workspaceId, text(row, "contact_id") as ContactId, error);
  return row;
}

/** Adds a purpose to what the contact said no to, or takes it away. */
export function* setConsent(
  workspaceId: WorkspaceId,
  contactId: ContactId,
  purpose: string,
  allowed: boolean,
): Script<void> {
  const row = yield* one(
    "SELECT opted_out FROM contacts WHERE workspace_id = ? AND id = ? /*lock*/",
    workspaceId,
    contactId,
  );
  if (!row) return;
  const others = (JSON.parse(text(row, "opted_out")) as string[]).filter((one) => one !== purpose);
  yield* put(
    "UPDATE contacts SET opted_out = ? WHERE workspace_id = ? AND id = ?",
    JSON.stringify(allowed ? others : [...others, purpose]),
    workspaceId,
    contactId,
  );
}

/** The provider knows that this person wants no messages, however they told it: so do we from now on. */
function* learnOptOut(workspaceId: WorkspaceId, contactId: ContactId, error: SendError): Script<void> {
  if (error.code === "optedOut") yield* setConsent(workspaceId, contactId, error.purpose ?? "service", false);
}

/** A bot message that will never arrive goes back to its flow as an event. */
export function* tellSendFailed(
  context: Context,
  workspaceId: WorkspaceId,
  message: Row,
  error: SendError,
  now: number,
): Script<ConversationId | null> {
  if (text(message, "author") === "agent" || text(message, "direction") !== "out") return null;
  const conversationId = text(message, "conversation_id") as ConversationId;
  const event: MailboxEvent = {
    type: "sendFailed",
    messageId: text(message, "id") as MessageId,
    node: textOrNull(message, "node"),
    error,
  };
  yield* post(context, workspaceId, conversationId, event, now);
  return conversationId;
}
