import type { ConversationId, FlowVersionId, RunId, WorkspaceId } from "../core/domain/ids.ts";
import type { RunState } from "../core/run/run.ts";
import type { Change, FlowRows, FlowVersion } from "../ports.ts";
import { type Context, writeAndTell } from "./context.ts";
import { enqueue } from "./mailbox.ts";
import { all, iso, json, number, one, put, type Row, scope, text, textOrNull } from "./sql.ts";

/** Published versions of flows: rows that never change, and which of them new runs use. */
export function flowRows(context: Context): FlowRows {
  const { db } = context;
  return {
    publish: (workspaceId, version) =>
      writeAndTell(context, function* () {
        const now = context.clock.now();
        const current = yield* one(
          "SELECT v.* FROM current_flows c JOIN flow_versions v ON v.workspace_id = c.workspace_id AND v.id = c.version_id WHERE c.workspace_id = ? AND c.flow = ? /*lock*/",
          scope(workspaceId),
          version.flow,
        );
        if (
          current &&
          text(current, "source") === version.source &&
          textOrNull(current, "playbook") === version.playbook
        ) {
          return { result: versionOf(current), changes: [] };
        }
        const last = yield* one(
          "SELECT MAX(number) AS number FROM flow_versions WHERE workspace_id = ? AND flow = ?",
          workspaceId,
          version.flow,
        );
        const next = last && last.number !== null ? number(last, "number") + 1 : 1;
        const id = context.ids.make("flowVersion");
        yield* put(
          "INSERT INTO flow_versions (workspace_id, id, flow, number, source, playbook, note, by, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
          workspaceId,
          id,
          version.flow,
          next,
          version.source,
          version.playbook,
          version.note,
          version.by,
          now,
        );
        yield* put(
          `INSERT INTO current_flows (workspace_id, flow, version_id) VALUES (?, ?, ?)
           ON CONFLICT (workspace_id, flow) DO UPDATE SET version_id = excluded.version_id`,
          workspaceId,
          version.flow,
          id,
        );
        const result: FlowVersion = {
          ...version,
          id,
          workspaceId,
          number: next,
          createdAt: new Date(now).toISOString(),
        };
        return { result, changes: [{ type: "flows", workspaceId }] };
      }),
    current: () =>
      db.read(function* () {
        const rows = yield* all(
          "SELECT v.* FROM current_flows c JOIN flow_versions v ON v.workspace_id = c.workspace_id AND v.id = c.version_id ORDER BY v.flow",
        );
        return rows.map(versionOf);
      }),
    versions: (ids) =>
      db.read(function* () {
        if (ids.length === 0) return [];
        const rows = yield* all(`SELECT * FROM flow_versions WHERE id IN (${ids.map(() => "?").join(", ")})`, ...ids);
        return rows.map(versionOf);
      }),
    history: (workspaceId, flow) =>
      db.read(function* () {
        const rows = yield* all(
          "SELECT * FROM flow_versions WHERE workspace_id = ? AND flow = ? ORDER BY number DESC LIMIT 500",
          scope(workspaceId),
          flow,
        );
        return rows.map((row) => {
          const { source: _, playbook: __, ...version } = versionOf(row);
          return version;
        });
      }),
    unpublish: (workspaceId, flow) =>
      writeAndTell(context, function* () {
        const rows = yield* all(
          "DELETE FROM current_flows WHERE workspace_id = ? AND flow = ? RETURNING flow",
          scope(workspaceId),
          flow,
        );
        return { result: rows.length > 0, changes: rows.length > 0 ? [{ type: "flows" as const, workspaceId }] : [] };
      }),
    liveRuns: (workspaceId) =>
      db.read(function* () {
        const rows = yield* all(
          "SELECT flow, version_id, COUNT(*) AS count FROM runs WHERE workspace_id = ? AND status = 'active' GROUP BY flow, version_id",
          scope(workspaceId),
        );
        return rows.map((row) => ({
          flow: text(row, "flow"),
          versionId: text(row, "version_id") as FlowVersionId,
          count: number(row, "count"),
        }));
      }),
    version: (workspaceId, flow, wanted) =>
      db.read(function* () {
        const row = yield* one(
          "SELECT * FROM flow_versions WHERE workspace_id = ? AND flow = ? AND number = ?",
          scope(workspaceId),
          flow,
          wanted,
        );
        return row ? versionOf(row) : null;
      }),
    liveStates: (workspaceId, flow, { after, limit }) =>
      db.read(function* () {
        const rows = yield* all(
          `SELECT r.id, r.conversation_id, r.version_id, c.run_state FROM runs r
             JOIN conversations c ON c.workspace_id = r.workspace_id AND c.id = r.conversation_id AND c.run_id = r.id
           WHERE r.workspace_id = ? AND r.flow = ? AND r.status = 'active' AND r.id > ? AND c.run_state IS NOT NULL
           ORDER BY r.id LIMIT ?`,
          scope(workspaceId),
          flow,
          after ?? "",
          limit,
        );
        return rows.map((row) => ({
          runId: text(row, "id") as RunId,
          conversationId: text(row, "conversation_id") as ConversationId,
          versionId: text(row, "version_id") as FlowVersionId,
          state: json<RunState>(row, "run_state"),
        }));
      }),
    follow: (workspaceId, flow, to, { after, limit }) =>
      writeAndTell(context, function* () {
        const rows = yield* all(
          `SELECT id, conversation_id FROM runs
           WHERE workspace_id = ? AND flow = ? AND status = 'active' AND version_id <> ? AND id > ? ORDER BY id LIMIT ?`,
          scope(workspaceId),
          flow,
          to.versionId,
          after ?? "",
          limit,
        );
        const changes: Change[] = [];
        let told = 0;
        for (const row of rows) {
          const ref = { workspaceId, conversationId: text(row, "conversation_id") as ConversationId };
          // Once per run and version: told twice, the second time adds nothing.
          const key = `version:${to.versionId}:${to.how}:${text(row, "id")}`;
          const done = yield* enqueue(context, ref, { type: "version", flow, ...to }, key);
          if (done.result.added) told++;
          changes.push(...done.changes);
        }
        const last = rows[limit - 1];
        return { result: { told, next: last ? (text(last, "id") as RunId) : null }, changes };
      }),
  };
}

function versionOf(row: Row): FlowVersion {
  return {
    id: text(row, "id") as FlowVersionId,
    workspaceId: text(row, "workspace_id") as WorkspaceId,
    flow: text(row, "flow"),
    number: number(row, "number"),
    source: text(row, "source"),
    playbook: textOrNull(row, "playbook"),
    note: text(row, "note"),
    by: text(row, "by"),
    createdAt: iso(row, "created_at"),
  };
}
