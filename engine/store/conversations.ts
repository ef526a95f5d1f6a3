import type { ChannelType } from "../core/domain/channel.ts";
import type { IdentityKind } from "../core/domain/contact.ts";
import type {
  ChannelAccountId,
  ContactId,
  ConversationId,
  FlowVersionId,
  RunId,
  WorkspaceId,
} from "../core/domain/ids.ts";
import type { Json } from "../core/domain/json.ts";
import type { Media, MessageContent } from "../core/domain/message.ts";
import type { ContactView, ConversationRows, ConversationView, MessageView, Scope } from "../ports.ts";
import { sendAsAgent } from "./agent-message.ts";
import { headOf } from "./contact-links.ts";
import { type Context, writeAndTell } from "./context.ts";
import { pageOf, placeOf } from "./pages.ts";
import { contactOfRow, conversationOf, messageOfRow } from "./rows.ts";
import {
  all,
  iso,
  json,
  number,
  numberOrNull,
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
import { contactOf, firstNameOf, threadWith } from "./threads.ts";
import { timersOf } from "./timers.ts";

/** What screens and API read, and the few things people write directly. */
export function conversationRows(context: Context): ConversationRows {
  const { db } = context;
  return {
    get: (of, id) =>
      db.read(function* () {
        const own = within(of, "account_id");
        const row = yield* one(
          `SELECT * FROM conversations WHERE workspace_id = ? AND id = ? ${own.sql}`,
          scope(of),
          id,
          ...own.params,
        );
        return row && (yield* viewOf(row, of));
      }),
    list: (of, filter) =>
      db.read(function* () {
        const own = within(of, "account_id");
        const place = placeOf(filter.cursor);
        const where = conditions({
          status: filter.status,
          owner: filter.owner,
          channel: filter.channel,
          account_id: filter.accountId,
        });
        const person = ofPerson(scope(of), filter.contactId);
        const rows = yield* all(
          `SELECT * FROM conversations WHERE workspace_id = ? ${own.sql} ${where.sql} ${person.sql} AND (last_message_at < ? OR (last_message_at = ? AND id < ?))
           ORDER BY last_message_at DESC, id DESC LIMIT ?`,
          scope(of),
          ...own.params,
          ...where.params,
          ...person.params,
          place.at,
          place.at,
          place.id,
          filter.limit + 1,
        );
        const views: ConversationView[] = [];
        for (const row of rows.slice(0, filter.limit)) views.push(yield* viewOf(row, of));
        return { ...pageOf(rows, filter.limit, "last_message_at", () => null), items: views };
      }),
    counts: (of, filter) =>
      db.read(function* () {
        const own = within(of, "account_id");
        const where = conditions({ channel: filter.channel, account_id: filter.accountId });
        const rows = yield* all(
          `SELECT status, owner, COUNT(*) AS n FROM conversations
           WHERE workspace_id = ? ${own.sql} ${where.sql} AND last_message_at IS NOT NULL GROUP BY status, owner`,
          scope(of),
          ...own.params,
          ...where.params,
        );
        const sum = (is: (status: string, owner: string) => boolean): number =>
          rows.reduce((n, row) => n + (is(text(row, "status"), text(row, "owner")) ? number(row, "n") : 0), 0);
        return {
          waiting: sum((status) => status === "waiting"),
          bot: sum((status, owner) => status === "open" && owner === "bot"),
          agent: sum((status, owner) => status === "open" && owner === "agent"),
          closed: sum((status) => status === "closed"),
          all: sum(() => true),
        };
      }),
    takenBy: (workspaceId, id) =>
      db.read(function* () {
        const row = yield* one(
          "SELECT payload FROM events WHERE workspace_id = ? AND conversation_id = ? AND type = 'takeOver' ORDER BY seq DESC LIMIT 1",
          scope(workspaceId),
          id,
        );
        return row && json<{ readonly by: string }>(row, "payload").by;
      }),
    messages: (of, filter) =>
      db.read(function* () {
        const workspaceId = scope(of);
        const own = within(of, "account_id");
        const where = conditions({
          id: filter.id,
          conversation_id: filter.conversationId,
          external_id: filter.externalId,
          status: filter.status,
        });
        const person = ofPerson(workspaceId, filter.contactId);
        if (filter.conversationId !== undefined && filter.afterPosition !== undefined) {
          const rows = yield* all(
            `SELECT * FROM messages WHERE workspace_id = ? ${own.sql} ${where.sql} ${person.sql} AND position > ? ORDER BY position LIMIT ?`,
            workspaceId,
            ...own.params,
            ...where.params,
            ...person.params,
            filter.afterPosition,
            filter.limit,
          );
          return { items: yield* messageViews(rows, of), next: null };
        }
        const place = placeOf(filter.cursor);
        // A thread is in the order of its positions, everything else in the order of ids, which begin with their time.
        const [column, before] =
          filter.conversationId === undefined ? (["id", place.id] as const) : (["position", place.at] as const);
        const rows = yield* all(
          `SELECT * FROM messages WHERE workspace_id = ? ${own.sql} ${where.sql} ${person.sql} AND ${column} < ? ORDER BY ${column} DESC LIMIT ?`,
          workspaceId,
          ...own.params,
          ...where.params,
          ...person.params,
          before,
          filter.limit + 1,
        );
        return {
          ...pageOf(rows, filter.limit, "position", () => null),
          items: yield* messageViews(rows.slice(0, filter.limit), of),
        };
      }),
    recent: (workspaceId, id, limit) =>
      db.read(function* () {
        const rows = yield* all(
          "SELECT * FROM messages WHERE workspace_id = ? AND conversation_id = ? ORDER BY position DESC LIMIT ?",
          scope(workspaceId),
          id,
          limit,
        );
        return rows.map(messageOfRow).reverse();
      }),
    run: (workspaceId, id) =>
      db.read(function* () {
        const row = yield* one(
          "SELECT r.*, c.run_state, c.timers FROM conversations c JOIN runs r ON r.workspace_id = c.workspace_id AND r.id = c.run_id WHERE c.workspace_id = ? AND c.id = ?",
          scope(workspaceId),
          id,
        );
        if (!row) return null;
        return {
          id: text(row, "id") as RunId,
          flow: text(row, "flow"),
          versionId: text(row, "version_id") as FlowVersionId,
          status: text(row, "status"),
          state: json<Json>(row, "run_state"),
          timers: timersOf(row)
            .flatMap(({ name, dueAt }) => (dueAt === null ? [] : [{ name, dueAt: new Date(dueAt).toISOString() }]))
            .sort((a, b) => a.dueAt.localeCompare(b.dueAt)),
        };
      }),
    steps: (workspaceId, id, limit) =>
      db.read(function* () {
        const rows = yield* all(
          "SELECT * FROM steps WHERE workspace_id = ? AND conversation_id = ? ORDER BY version DESC LIMIT ?",
          scope(workspaceId),
          id,
          limit,
        );
        return rows.map((row) => ({
          version: number(row, "version"),
          path: json<Json>(row, "path"),
          event: text(row, "event"),
          at: iso(row, "created_at"),
        }));
      }),
    notes: (workspaceId, id) =>
      db.read(function* () {
        const rows = yield* all(
          "SELECT * FROM notes WHERE workspace_id = ? AND conversation_id = ? ORDER BY created_at",
          scope(workspaceId),
          id,
        );
        return rows.map((row) => ({ text: text(row, "text"), by: text(row, "by"), at: iso(row, "created_at") }));
      }),
    sendAsAgent: (ref, message) => writeAndTell(context, () => sendAsAgent(context, ref, message)),
    contacts: (of, filter) =>
      db.read(function* () {
        const own = knownTo(of);
        const place = placeOf(filter.cursor);
        const wanted = filter.search ? `%${filter.search.toLowerCase().replace(/[%_\\]/g, "\\$&")}%` : null;
        const search = wanted
          ? `AND (lower(name) LIKE ? ESCAPE '\\' OR phone LIKE ? ESCAPE '\\' OR lower(email) LIKE ? ESCAPE '\\'
              OR EXISTS (SELECT 1 FROM contacts m WHERE m.workspace_id = contacts.workspace_id AND m.person_id = contacts.id
                AND (lower(m.name) LIKE ? ESCAPE '\\' OR m.phone LIKE ? ESCAPE '\\' OR lower(m.email) LIKE ? ESCAPE '\\')))`
          : "";
        const rows = yield* all(
          `SELECT * FROM contacts WHERE workspace_id = ? AND person_id IS NULL ${own.sql} ${search} AND (created_at < ? OR (created_at = ? AND id < ?))
           ORDER BY created_at DESC, id DESC LIMIT ?`,
          scope(of),
          ...own.params,
          ...(wanted ? Array<string>(6).fill(wanted) : []),
          place.at,
          place.at,
          place.id,
          filter.limit + 1,
        );
        const views: ContactView[] = [];
        for (const row of rows.slice(0, filter.limit)) views.push(yield* contactViewOf(row, of));
        return { ...pageOf(rows, filter.limit, "created_at", () => null), items: views };
      }),
    contact: (of, id) =>
      db.read(function* () {
        const own = knownTo(of);
        const head = yield* headOf(scope(of) as WorkspaceId, id);
        if (!head) return null;
        const row = yield* one(
          `SELECT * FROM contacts WHERE workspace_id = ? AND id = ? ${own.sql}`,
          scope(of),
          head,
          ...own.params,
        );
        return row && (yield* contactViewOf(row, of));
      }),
    ofIdentity: (workspaceId, accountId, identity) =>
      db.read(function* () {
        const row = yield* one(
          `SELECT c.id FROM contact_identities i JOIN conversations c ON c.workspace_id = i.workspace_id AND c.account_id = i.account_id AND c.contact_id = i.contact_id
           WHERE i.workspace_id = ? AND i.account_id = ? AND i.kind = ? AND i.value = ?`,
          scope(workspaceId),
          accountId,
          identity.kind,
          identity.value,
        );
        return row ? (text(row, "id") as ConversationId) : null;
      }),
    open: (workspaceId, accountId, identity, name) =>
      db.write(function* () {
        const account = context.accounts.get(accountId);
        if (!account || account.workspaceId !== scope(workspaceId))
          throw new Error(`there is no account ${accountId} in this workspace`);
        const now = context.clock.now();
        const contactId = yield* contactOf(context, workspaceId, accountId, { identities: [identity], name }, now);
        const thread = yield* threadWith(
          context,
          workspaceId,
          { id: accountId, channel: account.channel },
          contactId,
          now,
        );
        // Nobody wrote yet: where free text needs an answer of the contact first, the window is closed.
        const { serviceWindowHours } = context.capabilitiesOf(account.channel);
        if (serviceWindowHours !== null && thread.windowExpiresAt === null) {
          yield* put(
            "UPDATE conversations SET window_expires_at = 0 WHERE workspace_id = ? AND id = ?",
            workspaceId,
            thread.id,
          );
        }
        return thread.id;
      }),
    introduce: (workspaceId, conversationId, contactId, { name, firstName, username, language }) =>
      writeAndTell(context, function* () {
        const called = (name ?? username ?? "").slice(0, 200);
        yield* put(
          `UPDATE contacts SET name = CASE WHEN name = '' THEN ? ELSE name END, first_name = CASE WHEN first_name = '' THEN ? ELSE first_name END,
             language = COALESCE(language, ?) WHERE workspace_id = ? AND id = ?`,
          called,
          firstNameOf(firstName ?? name ?? ""),
          language ?? null,
          scope(workspaceId),
          contactId,
        );
        return { result: undefined, changes: [{ type: "conversation", workspaceId, conversationId }] };
      }),
    setMedia: (workspaceId, messageId, media) =>
      writeAndTell(context, function* () {
        const row = yield* one(
          "SELECT conversation_id, content FROM messages WHERE workspace_id = ? AND id = ? /*lock*/",
          scope(workspaceId),
          messageId,
        );
        const content = row && json<MessageContent>(row, "content");
        if (!row || content?.type !== "media") return { result: undefined, changes: [] };
        const known: Media = content.media;
        const next = "path" in media ? { ...known, ...media } : { ...known, error: media.error };
        yield* put(
          "UPDATE messages SET content = ? WHERE workspace_id = ? AND id = ?",
          JSON.stringify({ ...content, media: next }),
          workspaceId,
          messageId,
        );
        return {
          result: undefined,
          changes: [{ type: "message", workspaceId, conversationId: text(row, "conversation_id") as ConversationId }],
        };
      }),
  };
}

function conditions(filter: Readonly<Record<string, string | undefined>>): {
  readonly sql: string;
  readonly params: readonly Value[];
} {
  const given = Object.entries(filter).filter((entry): entry is [string, string] => entry[1] !== undefined);
  // The names are this file's own; only the values come from outside.
  return { sql: given.map(([column]) => `AND ${column} = ?`).join(" "), params: given.map(([, value]) => value) };
}

/** People with an address on an account of the scope. */
function knownTo(of: Scope): { readonly sql: string; readonly params: readonly Value[] } {
  const own = within(of, "k.account_id");
  if (own.sql === "") return own;
  const sql = `AND EXISTS (SELECT 1 FROM contacts m JOIN contact_identities k ON k.workspace_id = m.workspace_id AND k.contact_id = m.id
    WHERE m.workspace_id = contacts.workspace_id AND (m.id = contacts.id OR m.person_id = contacts.id) ${own.sql})`;
  return { sql, params: own.params };
}

function* viewOf(row: Row, of: Scope): Script<ConversationView> {
  const contact = yield* one(
    "SELECT * FROM contacts WHERE workspace_id = ? AND id = ?",
    text(row, "workspace_id"),
    text(row, "contact_id"),
  );
  if (!contact) throw new Error(`conversation ${text(row, "id")} has no contact`);
  const at = numberOrNull(row, "last_message_at");
  const said = textOrNull(row, "last_text");
  return {
    ...conversationOf(row),
    contact: yield* contactViewOf(contact, of),
    lastMessage:
      said === null || at === null
        ? null
        : {
            text: said,
            direction: text(row, "last_direction") === "out" ? "out" : "in",
            at: new Date(at).toISOString(),
          },
    unread: number(row, "unread"),
    createdAt: iso(row, "created_at"),
  };
}

/** The person that a contact belongs to; addresses only of the accounts that the scope holds. */
function* contactViewOf(asked: Row, of: Scope): Script<ContactView> {
  const workspaceId = text(asked, "workspace_id");
  const head = textOrNull(asked, "person_id");
  const found = head && (yield* one("SELECT * FROM contacts WHERE workspace_id = ? AND id = ?", workspaceId, head));
  const row = found || asked;
  const linked = yield* all(
    "SELECT id, name, link, opted_out FROM contacts WHERE workspace_id = ? AND person_id = ? ORDER BY created_at, id",
    workspaceId,
    text(row, "id"),
  );
  const members = [row, ...linked];
  const own = within(of, "i.account_id");
  const identities = yield* all(
    `SELECT i.kind, i.value, i.account_id, i.contact_id, a.channel FROM contact_identities i
     JOIN channel_accounts a ON a.workspace_id = i.workspace_id AND a.id = i.account_id
     WHERE i.workspace_id = ? AND i.contact_id IN (${members.map(() => "?").join(", ")}) ${own.sql} ORDER BY i.created_at`,
    workspaceId,
    ...members.map((member) => text(member, "id")),
    ...own.params,
  );
  return {
    ...contactOfRow(row),
    identities: identities.map((identity) => ({
      kind: text(identity, "kind") as IdentityKind,
      // A visitor's identity is the hash of a key: of no use to anybody, and nobody's to see.
      value: text(identity, "kind") === "visitor" ? text(identity, "value").slice(0, 12) : text(identity, "value"),
      channel: text(identity, "channel") as ChannelType,
      accountId: text(identity, "account_id") as ChannelAccountId,
    })),
    contacts: members.map((member, at) => ({
      id: text(member, "id") as ContactId,
      name: text(member, "name"),
      linked: at === 0 ? null : (json<{ readonly how: "owner" | "phone" | "provider" }>(member, "link").how ?? "owner"),
    })),
    refused: members.flatMap((member) =>
      json<("service" | "marketing")[]>(member, "opted_out").flatMap((purpose) =>
        placesOf(identities, text(member, "id")).map((place) => ({ ...place, purpose })),
      ),
    ),
    createdAt: iso(row, "created_at"),
  };
}

/** The accounts on which a contact has an address. */
function placesOf(
  identities: readonly Row[],
  contactId: string,
): readonly { readonly channel: ChannelType; readonly accountId: ChannelAccountId }[] {
  const places = new Map<string, ChannelType>();
  for (const identity of identities)
    if (text(identity, "contact_id") === contactId)
      places.set(text(identity, "account_id"), text(identity, "channel") as ChannelType);
  return [...places].map(([accountId, channel]) => ({ channel, accountId: accountId as ChannelAccountId }));
}

/** Rows of every contact of a person, whichever of them is asked for. */
function ofPerson(
  workspaceId: string,
  contactId: string | undefined,
): { readonly sql: string; readonly params: readonly Value[] } {
  if (contactId === undefined) return { sql: "", params: [] };
  const head = "(SELECT COALESCE(q.person_id, q.id) FROM contacts q WHERE q.workspace_id = ? AND q.id = ?)";
  return {
    sql: `AND contact_id IN (SELECT m.id FROM contacts m WHERE m.workspace_id = ? AND (m.id = ${head} OR m.person_id = ${head}))`,
    params: [workspaceId, workspaceId, contactId, workspaceId, contactId],
  };
}

function* messageViews(rows: readonly Row[], of: Scope): Script<readonly MessageView[]> {
  const contacts = new Map<string, ContactView>();
  const channels = new Map<string, ChannelType>();
  const views: MessageView[] = [];
  for (const row of rows) {
    const workspaceId = text(row, "workspace_id") as WorkspaceId;
    const contactId = text(row, "contact_id") as ContactId;
    const accountId = text(row, "account_id") as ChannelAccountId;
    let contact = contacts.get(contactId);
    if (!contact) {
      const found = yield* one("SELECT * FROM contacts WHERE workspace_id = ? AND id = ?", workspaceId, contactId);
      if (!found) continue;
      contact = yield* contactViewOf(found, of);
      contacts.set(contactId, contact);
    }
    let channel = channels.get(accountId);
    if (!channel) {
      const found = yield* one(
        "SELECT channel FROM channel_accounts WHERE workspace_id = ? AND id = ?",
        workspaceId,
        accountId,
      );
      channel = (found ? text(found, "channel") : "web") as ChannelType;
      channels.set(accountId, channel);
    }
    views.push({ ...messageOfRow(row), contact, channel, accountId });
  }
  return views;
}
