import type { AuditEntryId, WorkspaceId } from "../core/domain/ids.ts";
import type { Actor, AuditEntry } from "../core/domain/user.ts";
import type { AuditRows } from "../ports.ts";
import type { Context } from "./context.ts";
import { pageOf, placeOf } from "./pages.ts";
import { all, iso, json, put, type Row, type Script, scope, text, textOrNull } from "./sql.ts";

/** What the record keeps of a text that somebody sent: enough to recognise it. */
const ADDRESS_CHARS = 100;

/** Writes a line of the record, in the transaction of what it tells of. */
export function* record(
  context: Context,
  workspaceId: WorkspaceId,
  by: Actor,
  action: string,
  target: string | null,
  facts: Readonly<Record<string, unknown>> = {},
): Script<void> {
  yield* put(
    "INSERT INTO audit_entries (workspace_id, id, at, actor_type, actor_id, actor_name, address, action, target, facts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    scope(workspaceId),
    context.ids.make("auditEntry"),
    context.clock.now(),
    by.type,
    by.id,
    by.name,
    by.address?.slice(0, ADDRESS_CHARS) ?? null,
    action,
    target,
    JSON.stringify(facts),
  );
}

/** The record of who did what. It is added to and read, never changed. */
export function auditRows(context: Context): AuditRows {
  return {
    add: (workspaceId, entry, by) =>
      context.db.write(() => record(context, workspaceId, by, entry.action, entry.target, entry.facts)),
    list: (workspaceId, filter) =>
      context.db.read(function* () {
        const place = placeOf(filter.cursor);
        const wanted = [
          ["action = ?", filter.action],
          ["actor_id = ?", filter.actorId],
          ["target = ?", filter.target],
          ["at >= ?", filter.since === undefined ? undefined : Date.parse(filter.since)],
          ["at < ?", filter.until === undefined ? undefined : Date.parse(filter.until)],
        ] as const;
        const given = wanted.flatMap(([condition, value]) => (value === undefined ? [] : [{ condition, value }]));
        const rows = yield* all(
          `SELECT * FROM audit_entries WHERE workspace_id = ? AND id < ? ${given.map(({ condition }) => `AND ${condition}`).join(" ")} ORDER BY id DESC LIMIT ?`,
          scope(workspaceId),
          place.id,
          ...given.map(({ value }) => value),
          filter.limit + 1,
        );
        return pageOf(rows, filter.limit, "at", entryOf);
      }),
  };
}

function entryOf(row: Row): AuditEntry {
  return {
    id: text(row, "id") as AuditEntryId,
    at: iso(row, "at"),
    actor: {
      type: text(row, "actor_type") as Actor["type"],
      id: textOrNull(row, "actor_id"),
      name: text(row, "actor_name"),
      address: textOrNull(row, "address"),
    },
    action: text(row, "action"),
    target: textOrNull(row, "target"),
    facts: json<AuditEntry["facts"]>(row, "facts"),
  };
}
