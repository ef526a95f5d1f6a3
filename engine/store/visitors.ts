import type { IdentityValue } from "../core/domain/contact.ts";
import type { ChannelAccountId, ContactId, ConversationId, WorkspaceId } from "../core/domain/ids.ts";
import type { VisitorRows } from "../ports.ts";
import { type Context, type Told, writeAndTell } from "./context.ts";
import { all, number, one, put, type Script, scope, text } from "./sql.ts";
import { addIdentity, cancelBotSends, contactOf, firstNameOf, mergeContacts } from "./threads.ts";

/** What happens to visitors of the web chat besides their messages: they turn out to be somebody, leave, and read. */
export function visitorRows(context: Context): VisitorRows {
  return {
    signIn: (workspaceId, accountId, visitorId, person) =>
      writeAndTell(context, () => signIn(context, scope(workspaceId) as WorkspaceId, accountId, visitorId, person)),
    signOut: (workspaceId, accountId, visitorId) =>
      context.db.write(function* () {
        const contactId = yield* contactWith(workspaceId, accountId, { kind: "visitor", value: visitorId });
        if (!contactId || !(yield* userOf(scope(workspaceId) as WorkspaceId, accountId, contactId))) return;
        yield* put(
          "DELETE FROM contact_identities WHERE workspace_id = ? AND account_id = ? AND kind = 'visitor' AND value = ?",
          workspaceId,
          accountId,
          visitorId,
        );
        yield* put(
          "UPDATE conversations SET recipient = NULL WHERE workspace_id = ? AND contact_id = ?",
          workspaceId,
          contactId,
        );
      }),
    seen: (workspaceId, conversationId, position, isRead) =>
      writeAndTell(context, function* () {
        const rows = yield* all(
          `UPDATE messages SET status = ? WHERE workspace_id = ? AND conversation_id = ? AND position <= ? AND position > ?
             AND direction = 'out' AND status IN (${isRead ? "'sent', 'delivered'" : "'sent'"}) RETURNING id`,
          isRead ? "read" : "delivered",
          scope(workspaceId),
          conversationId,
          position,
          position - MOST_AT_ONCE,
        );
        const changes = rows.length > 0 ? [{ type: "status" as const, workspaceId, conversationId }] : [];
        return { result: rows.length, changes };
      }),
  };
}

/** What lies further back was marked long ago. */
const MOST_AT_ONCE = 500;

function* contactWith(
  workspaceId: WorkspaceId,
  accountId: ChannelAccountId,
  identity: IdentityValue,
): Script<ContactId | null> {
  const row = yield* one(
    "SELECT contact_id FROM contact_identities WHERE workspace_id = ? AND account_id = ? AND kind = ? AND value = ?",
    workspaceId,
    accountId,
    identity.kind,
    identity.value,
  );
  return row ? (text(row, "contact_id") as ContactId) : null;
}

/** The site's own name of a contact; null: nobody has signed in as them. */
function* userOf(workspaceId: WorkspaceId, accountId: ChannelAccountId, contactId: ContactId): Script<string | null> {
  const row = yield* one(
    "SELECT value FROM contact_identities WHERE workspace_id = ? AND contact_id = ? AND account_id = ? AND kind = 'siteUser'",
    workspaceId,
    contactId,
    accountId,
  );
  return row ? text(row, "value") : null;
}

function* signIn(
  context: Context,
  workspaceId: WorkspaceId,
  accountId: ChannelAccountId,
  visitorId: string,
  person: Parameters<VisitorRows["signIn"]>[3],
): Script<Told<"signedIn" | "another" | "busy">> {
  const now = context.clock.now();
  const visitor: IdentityValue = { kind: "visitor", value: visitorId };
  const user: IdentityValue = { kind: "siteUser", value: person.id };
  const anonymous = yield* contactWith(workspaceId, accountId, visitor);
  const bound = anonymous && (yield* userOf(workspaceId, accountId, anonymous));
  // Two people at one browser stay two: the next one begins with a key of their own.
  if (bound && bound !== person.id) return { result: "another", changes: [] };
  const known =
    (yield* contactWith(workspaceId, accountId, user)) ?? (yield* byEmail(context, workspaceId, person.email));
  const contactId =
    known ?? anonymous ?? (yield* contactOf(context, workspaceId, accountId, { identities: [user] }, now));
  if (anonymous && anonymous !== contactId) {
    if (yield* speaksNow(workspaceId, accountId, anonymous)) return { result: "busy", changes: [] };
    yield* joinThreads(workspaceId, accountId, anonymous, contactId);
    yield* mergeContacts(workspaceId, contactId, anonymous);
  }
  for (const identity of [user, visitor]) yield* addIdentity(workspaceId, accountId, identity, contactId, now);
  const { name, email, phone } = person;
  yield* put(
    `UPDATE contacts SET name = COALESCE(?, name), first_name = COALESCE(?, first_name), email = COALESCE(?, email), phone = COALESCE(?, phone)
     WHERE workspace_id = ? AND id = ?`,
    name,
    name === null ? null : firstNameOf(name),
    email,
    phone,
    workspaceId,
    contactId,
  );
  const thread = yield* threadOf(workspaceId, accountId, contactId);
  const changes = thread ? [{ type: "conversation" as const, workspaceId, conversationId: thread.id }] : [];
  return { result: "signedIn", changes };
}

/** Whoever has written from this address by mail: the site's server vouches for it. */
function* byEmail(context: Context, workspaceId: WorkspaceId, email: string | null): Script<ContactId | null> {
  if (email === null) return null;
  for (const [accountId, account] of context.accounts) {
    if (account.workspaceId !== workspaceId || account.channel !== "email") continue;
    const found = yield* contactWith(workspaceId, accountId, { kind: "email", value: email });
    if (found) return found;
  }
  return null;
}

/** Something is being said to the visitor at this very moment: it must be known how that ends before it changes its thread. */
function* speaksNow(workspaceId: WorkspaceId, accountId: ChannelAccountId, contactId: ContactId): Script<boolean> {
  const row = yield* one(
    `SELECT 1 AS one FROM effects WHERE workspace_id = ? AND account_id = ? AND contact_id = ? AND type = 'send'
       AND state IN ('running', 'unknown', 'asked') LIMIT 1`,
    workspaceId,
    accountId,
    contactId,
  );
  return row !== null;
}

interface Row {
  readonly id: ConversationId;
  readonly lastPosition: number;
}

function* threadOf(workspaceId: WorkspaceId, accountId: ChannelAccountId, contactId: ContactId): Script<Row | null> {
  const row = yield* one(
    "SELECT id, last_position FROM conversations WHERE workspace_id = ? AND account_id = ? AND contact_id = ? /*lock*/",
    workspaceId,
    accountId,
    contactId,
  );
  return row && { id: text(row, "id") as ConversationId, lastPosition: number(row, "last_position") };
}

/**
 * What somebody wrote before they signed in goes to the end of the thread that they have already, in its order. The
 * thread of the unknown visitor stays behind empty: what its flow still waited for is over.
 */
function* joinThreads(
  workspaceId: WorkspaceId,
  accountId: ChannelAccountId,
  anonymous: ContactId,
  known: ContactId,
): Script<void> {
  const from = yield* threadOf(workspaceId, accountId, anonymous);
  const to = yield* threadOf(workspaceId, accountId, known);
  if (!from || !to) return;
  yield* cancelBotSends(workspaceId, from.id);
  // Every send stands for a message of its own thread: those that are over are history, and what they said remains.
  for (const table of ["attempts", "effects"])
    yield* put(
      `DELETE FROM ${table} WHERE workspace_id = ? AND ${table === "attempts" ? "effect_id" : "id"} IN (
         SELECT id FROM effects WHERE workspace_id = ? AND conversation_id = ? AND type = 'send')`,
      workspaceId,
      workspaceId,
      from.id,
    );
  yield* put(
    "UPDATE messages SET conversation_id = ?, position = position + ? WHERE workspace_id = ? AND conversation_id = ?",
    to.id,
    to.lastPosition,
    workspaceId,
    from.id,
  );
  if (from.lastPosition > 0) {
    const [last_text, last_direction, last_message_at] = ["last_text", "last_direction", "last_message_at"].map(
      (column) =>
        `(SELECT was.${column} FROM conversations was WHERE was.workspace_id = c.workspace_id AND was.id = ?)`,
    );
    yield* put(
      `UPDATE conversations AS c SET last_position = ?, last_text = ${last_text}, last_direction = ${last_direction},
         last_message_at = ${last_message_at},
         unread = unread + (SELECT was.unread FROM conversations was WHERE was.workspace_id = c.workspace_id AND was.id = ?)
       WHERE workspace_id = ? AND id = ?`,
      to.lastPosition + from.lastPosition,
      from.id,
      from.id,
      from.id,
      from.id,
      workspaceId,
      to.id,
    );
  }
  yield* put(
    `UPDATE runs SET status = 'done' WHERE workspace_id = ? AND conversation_id = ? AND status = 'active'`,
    workspaceId,
    from.id,
  );
  yield* put(
    `UPDATE conversations SET run_id = NULL, run_state = NULL, timers = '[]', timer_due_at = NULL, unread = 0, last_text = NULL,
       last_direction = NULL, last_position = 0, owner = 'agent', status = 'archived' WHERE workspace_id = ? AND id = ?`,
    workspaceId,
    from.id,
  );
}
