import type { FlowVersionId, WorkspaceId } from "../core/domain/ids.ts";
import type { FlowRows, FlowVersion } from "../ports.ts";
import { type Context, writeAndTell } from "./context.ts";
import { all, iso, number, one, put, type Row, scope, text, textOrNull } from "./sql.ts";

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
