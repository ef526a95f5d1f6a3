import type { ChannelAccountId, ContactId, WorkspaceId } from "../core/domain/ids.ts";
import type { JsonObject } from "../core/domain/json.ts";
import type { Context } from "./context.ts";
import { all, json, one, put, type Row, type Script, text, textOrNull } from "./sql.ts";

/** How two contacts came together, and what the person took over from the one that was linked. */
export interface Link {
  readonly how: "owner" | "phone" | "provider";
  readonly by: string;
  readonly with?: string;
  readonly gave?: Gift;
}
export interface Gift {
  readonly columns: Readonly<Record<string, string>>;
  readonly fields: JsonObject;
  readonly labels: readonly string[];
}
/** Put in the place of a link that was undone: no rule joins them again. */
export const APART = JSON.stringify({ apart: true });
export const GIVEN = ["name", "first_name", "language", "phone", "email"] as const;

/** The contact that speaks for the person; null: there is no such contact. */
export function* headOf(workspaceId: WorkspaceId, id: ContactId): Script<ContactId | null> {
  const row = yield* one("SELECT id, person_id FROM contacts WHERE workspace_id = ? AND id = ?", workspaceId, id);
  return row && ((textOrNull(row, "person_id") ?? text(row, "id")) as ContactId);
}

/** Makes two contacts one person. */
export function* linkContacts(
  workspaceId: WorkspaceId,
  kept: ContactId,
  other: ContactId,
  how: Pick<Link, "how" | "by">,
): Script<"linked" | "already" | "notFound"> {
  yield* lockLinks(workspaceId);
  const head = yield* headOf(workspaceId, kept);
  const gone = yield* headOf(workspaceId, other);
  if (!head || !gone) return "notFound";
  if (head === gone) return "already";
  const into = yield* lockContact(workspaceId, head);
  const from = yield* lockContact(workspaceId, gone);
  if (!into || !from) return "notFound";
  const gave = giftOf(into, from);
  const labels = json<string[]>(into, "labels");
  yield* put(
    `UPDATE contacts SET ${GIVEN.map((name) => `${name} = ?`).join(", ")}, fields = ?, labels = ? WHERE workspace_id = ? AND id = ?`,
    ...GIVEN.map((name) => gave.columns[name] ?? textOrNull(into, name)),
    JSON.stringify({ ...gave.fields, ...json<JsonObject>(into, "fields") }),
    JSON.stringify([...labels, ...gave.labels]),
    workspaceId,
    head,
  );
  yield* put("UPDATE contacts SET person_id = ? WHERE workspace_id = ? AND person_id = ?", head, workspaceId, gone);
  yield* put(
    "UPDATE contacts SET person_id = ?, link = ? WHERE workspace_id = ? AND id = ?",
    head,
    JSON.stringify({ ...how, with: head, gave } satisfies Link),
    workspaceId,
    gone,
  );
  return "linked";
}

/**
 * A person who writes by text message and on WhatsApp from the same number is one: both providers vouch for the number
 * that wrote. Nothing else joins by itself: names are chosen, addresses in forms and mails can be anybody's.
 */
export function* joinByPhone(context: Context, workspaceId: WorkspaceId, contactId: ContactId): Script<void> {
  const own = yield* one("SELECT link FROM contacts WHERE workspace_id = ? AND id = ?", workspaceId, contactId);
  if (!own || textOrNull(own, "link") === APART) return;
  const rows = yield* all(
    `SELECT p.id, p.link, o.account_id FROM contact_identities i
     JOIN contact_identities o ON o.workspace_id = i.workspace_id AND o.kind = i.kind AND o.value = i.value AND o.contact_id <> i.contact_id
     JOIN contacts p ON p.workspace_id = o.workspace_id AND p.id = o.contact_id
     JOIN conversations c ON c.workspace_id = o.workspace_id AND c.account_id = o.account_id AND c.contact_id = o.contact_id
     WHERE i.workspace_id = ? AND i.contact_id = ? AND i.kind = 'phone' AND c.last_inbound_at IS NOT NULL ORDER BY p.created_at, p.id`,
    workspaceId,
    contactId,
  );
  for (const row of rows) {
    const channel = context.accounts.get(text(row, "account_id") as ChannelAccountId)?.channel;
    if (!channel || !VOUCHED.has(channel) || textOrNull(row, "link") === APART) continue;
    yield* linkContacts(workspaceId, text(row, "id") as ContactId, contactId, { how: "phone", by: "relais" });
  }
}
/** Channels whose provider tells the number that really wrote. */
export const VOUCHED: ReadonlySet<string> = new Set(["whatsapp", "whatsappTwilio", "sms"]);

function giftOf(into: Row, from: Row): Gift {
  const own = json<JsonObject>(into, "fields");
  const labels = new Set(json<string[]>(into, "labels"));
  return {
    columns: Object.fromEntries(
      GIVEN.flatMap((name) => {
        const value = textOrNull(from, name);
        return !textOrNull(into, name) && value ? [[name, value]] : [];
      }),
    ),
    fields: Object.fromEntries(Object.entries(json<JsonObject>(from, "fields")).filter(([key]) => !(key in own))),
    labels: json<string[]>(from, "labels").filter((label) => !labels.has(label)),
  };
}

/** Who belongs to whom changes one at a time in a workspace, so that nobody waits for each other in a circle. */
export function* lockLinks(workspaceId: WorkspaceId): Script<void> {
  yield* one("SELECT id FROM workspaces WHERE id = ? /*lock*/", workspaceId);
}

export function* lockContact(workspaceId: WorkspaceId, id: string): Script<Row | null> {
  return yield* one("SELECT * FROM contacts WHERE workspace_id = ? AND id = ? /*lock*/", workspaceId, id);
}
