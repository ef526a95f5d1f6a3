import type { ContactId, WorkspaceId } from "../core/domain/ids.ts";
import type { JsonObject } from "../core/domain/json.ts";
import type { PersonRows, Scope } from "../ports.ts";
import { APART, GIVEN, type Gift, headOf, type Link, linkContacts, lockContact, lockLinks } from "./contact-links.ts";
import { type Context, type Told, writeAndTell } from "./context.ts";
import { all, json, one, put, type Row, type Script, scope, text, textOrNull, within } from "./sql.ts";
import { setConsent } from "./threads.ts";

/**
 * Contacts of several accounts that are one person. Each keeps its own row, addresses, conversations and what it said no
 * to; all but the first point to the first, which speaks for the person: name, fields, labels, language. Nothing that
 * a linked contact has is changed, so that the link can be undone.
 */
export function personRows(context: Context): PersonRows {
  return {
    link: (of, kept, other, by) =>
      writeAndTell(context, function* () {
        const workspaceId = scope(of) as WorkspaceId;
        if (!(yield* isKnown(of, kept)) || !(yield* isKnown(of, other))) return { result: "notFound", changes: [] };
        const done = yield* linkContacts(workspaceId, kept, other, { how: "owner", by });
        return { result: done, changes: done === "linked" ? yield* changesOf(workspaceId, kept) : [] };
      }),
    split: (of, id) =>
      writeAndTell(context, function* (): Script<Told<boolean>> {
        return (yield* isKnown(of, id)) ? yield* split(scope(of) as WorkspaceId, id) : { result: false, changes: [] };
      }),
    update: (of, id, patch) =>
      writeAndTell(context, function* (): Script<Told<boolean>> {
        const workspaceId = scope(of) as WorkspaceId;
        const head = (yield* isKnown(of, id)) ? yield* headOf(workspaceId, id) : null;
        const row = head && (yield* lockContact(workspaceId, head));
        if (!row || !head) return { result: false, changes: [] };
        const fields = { ...json<JsonObject>(row, "fields"), ...patch.fields };
        for (const [key, value] of Object.entries(fields))
          if (value === null) delete (fields as Record<string, unknown>)[key];
        yield* put(
          `UPDATE contacts SET name = ?, first_name = ?, language = ?, phone = ?, email = ?, fields = ?, labels = ? WHERE workspace_id = ? AND id = ?`,
          patch.name ?? text(row, "name"),
          patch.firstName ?? text(row, "first_name"),
          patch.language === undefined ? textOrNull(row, "language") : patch.language,
          patch.phone === undefined ? textOrNull(row, "phone") : patch.phone,
          patch.email === undefined ? textOrNull(row, "email") : patch.email,
          JSON.stringify(fields),
          patch.labels ? JSON.stringify([...new Set(patch.labels)]) : text(row, "labels"),
          workspaceId,
          head,
        );
        return { result: true, changes: yield* changesOf(workspaceId, head) };
      }),
    setConsent: (of, id, { channel, purpose, allowed }) =>
      writeAndTell(context, function* (): Script<Told<boolean>> {
        const workspaceId = scope(of) as WorkspaceId;
        const own = within(of, "c.account_id");
        const head = yield* headOf(workspaceId, id);
        if (!head) return { result: false, changes: [] };
        const rows = yield* all(
          `SELECT DISTINCT p.id FROM contacts p JOIN conversations c ON c.workspace_id = p.workspace_id AND c.contact_id = p.id
           WHERE p.workspace_id = ? AND (p.id = ? OR p.person_id = ?) AND c.channel = ? ${own.sql} ORDER BY p.id`,
          workspaceId,
          head,
          head,
          channel,
          ...own.params,
        );
        for (const row of rows) yield* setConsent(workspaceId, text(row, "id") as ContactId, purpose, allowed);
        return { result: rows.length > 0, changes: yield* changesOf(workspaceId, head) };
      }),
  };
}

/** Whether any address of the person is on an account that the scope holds. */
function* isKnown(of: Scope, id: ContactId): Script<boolean> {
  const workspaceId = scope(of) as WorkspaceId;
  const head = yield* headOf(workspaceId, id);
  const own = within(of, "i.account_id");
  if (!head || own.sql === "") return head !== null;
  const row = yield* one(
    `SELECT 1 AS one FROM contacts m JOIN contact_identities i ON i.workspace_id = m.workspace_id AND i.contact_id = m.id
     WHERE m.workspace_id = ? AND (m.id = ? OR m.person_id = ?) ${own.sql} LIMIT 1`,
    workspaceId,
    head,
    head,
    ...own.params,
  );
  return row !== null;
}

/** One contact leaves the person it was linked with, and takes along what had come with it. */
function* split(workspaceId: WorkspaceId, id: ContactId): Script<Told<boolean>> {
  yield* lockLinks(workspaceId);
  const head = yield* headOf(workspaceId, id);
  if (!head || head === id) return { result: false, changes: [] };
  const person = yield* lockContact(workspaceId, head);
  const row = yield* lockContact(workspaceId, id);
  if (!row || !person) return { result: false, changes: [] };
  const link = textOrNull(row, "link") ? json<Link>(row, "link") : null;
  if (link?.how === "provider") return { result: false, changes: [] };
  if (link?.gave) yield* takeBack(workspaceId, person, link.gave);
  // Whoever had been linked with this one stays with it.
  yield* put(
    `UPDATE contacts SET person_id = ? WHERE workspace_id = ? AND person_id = ? AND link LIKE ?`,
    id,
    workspaceId,
    head,
    `%"with":"${id}"%`,
  );
  yield* put(
    "UPDATE contacts SET person_id = NULL, link = ? WHERE workspace_id = ? AND id = ?",
    APART,
    workspaceId,
    id,
  );
  return { result: true, changes: [...(yield* changesOf(workspaceId, head)), ...(yield* changesOf(workspaceId, id))] };
}

/** What the person had from this contact and nobody has changed since, goes. */
function* takeBack(workspaceId: WorkspaceId, person: Row, gave: Gift): Script<void> {
  const fields = Object.fromEntries(
    Object.entries(json<JsonObject>(person, "fields")).filter(
      ([key, value]) => JSON.stringify(gave.fields[key]) !== JSON.stringify(value),
    ),
  );
  const values = GIVEN.map((name) => {
    const value = textOrNull(person, name);
    if (gave.columns[name] === undefined || gave.columns[name] !== value) return value;
    return name === "name" || name === "first_name" ? "" : null;
  });
  const labels = json<string[]>(person, "labels").filter((label) => !gave.labels.includes(label));
  yield* put(
    `UPDATE contacts SET ${GIVEN.map((name) => `${name} = ?`).join(", ")}, fields = ?, labels = ? WHERE workspace_id = ? AND id = ?`,
    ...values,
    JSON.stringify(fields),
    JSON.stringify(labels),
    workspaceId,
    text(person, "id"),
  );
}

/** Every conversation of the person looks different now. */
function* changesOf(workspaceId: WorkspaceId, id: ContactId): Script<Told<unknown>["changes"]> {
  const rows = yield* all(
    `SELECT c.id FROM conversations c JOIN contacts p ON p.workspace_id = c.workspace_id AND p.id = c.contact_id
     WHERE p.workspace_id = ? AND (p.id = ? OR p.person_id = ?)`,
    workspaceId,
    id,
    id,
  );
  return rows.map((row) => ({ type: "conversation" as const, workspaceId, conversationId: text(row, "id") as never }));
}
