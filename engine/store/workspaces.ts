import type { WorkspaceId } from "../core/domain/ids.ts";
import type { Workspace } from "../core/domain/workspace.ts";
import type { WorkspaceRows } from "../ports.ts";
import { type Context, writeAndTell } from "./context.ts";
import { all, json, one, put, type Row, scope, text } from "./sql.ts";

/** Tenants and their settings: few, small, kept in memory. */
export function workspaceRows(context: Context): WorkspaceRows {
  const remember = (workspace: Workspace): Workspace => {
    context.workspaces.set(workspace.id, workspace);
    return workspace;
  };
  return {
    async all() {
      const rows = await context.db.read(() => all("SELECT * FROM workspaces ORDER BY created_at, id"));
      return rows.map(workspaceOf).map(remember);
    },
    async first(defaults) {
      const made = await context.db.write(function* () {
        const known = yield* one("SELECT * FROM workspaces ORDER BY created_at, id LIMIT 1");
        if (known) return workspaceOf(known);
        const id = context.ids.make("workspace");
        yield* put(
          "INSERT INTO workspaces (id, settings, created_at) VALUES (?, ?, ?)",
          id,
          JSON.stringify(defaults),
          context.clock.now(),
        );
        return { ...defaults, id };
      });
      return remember(made);
    },
    async update(id, patch) {
      const next = await writeAndTell(context, function* () {
        const row = yield* one("SELECT * FROM workspaces WHERE id = ? /*lock*/", scope(id));
        if (!row) throw new Error(`there is no workspace ${id}`);
        const { id: _, ...settings } = { ...workspaceOf(row), ...patch };
        yield* put("UPDATE workspaces SET settings = ? WHERE id = ?", JSON.stringify(settings), id);
        return { result: { ...settings, id }, changes: [{ type: "workspace" as const, workspaceId: id }] };
      });
      return remember(next);
    },
  };
}

function workspaceOf(row: Row): Workspace {
  return { ...json<Omit<Workspace, "id">>(row, "settings"), id: text(row, "id") as WorkspaceId };
}
