import type { RoleId, WorkspaceId } from "../core/domain/ids.ts";
import { PERMISSIONS, type Permission } from "../core/domain/permission.ts";
import { type Rights, rightsOf } from "../core/domain/rights.ts";
import { type Role, SHIPPED_ROLES } from "../core/domain/role.ts";
import type { User } from "../core/domain/user.ts";
import type { RoleRows } from "../ports.ts";
import { record } from "./audit.ts";
import { type Context, type Told, writeAndTell } from "./context.ts";
import { all, json, one, put, type Row, type Script, scope, text } from "./sql.ts";

type PermissionsOf = (roleId: string) => readonly Permission[];

const KNOWN: ReadonlySet<string> = new Set(PERMISSIONS);

/** Roles that the workspace made itself. */
export function roleRows(context: Context): RoleRows {
  const tell = (workspaceId: WorkspaceId) => [{ type: "access" as const, workspaceId }];
  const isTaken = function* (workspaceId: WorkspaceId, name: string, id: string): Script<boolean> {
    const other = yield* one(
      "SELECT id FROM roles WHERE workspace_id = ? AND name = ? AND id <> ?",
      workspaceId,
      name,
      id,
    );
    return other !== null;
  };
  return {
    list: (workspaceId) => context.db.read(() => rolesOf(workspaceId)),
    create: (workspaceId, role, by) =>
      writeAndTell(context, function* (): Script<Told<Role | null>> {
        yield* holdAccess(workspaceId);
        if (yield* isTaken(workspaceId, role.name, "")) return { result: null, changes: [] };
        const made: Role = { id: context.ids.make("role"), ...role };
        yield* put(
          "INSERT INTO roles (workspace_id, id, name, description, permissions, created_at) VALUES (?, ?, ?, ?, ?, ?)",
          workspaceId,
          made.id,
          made.name,
          made.description,
          JSON.stringify(made.permissions),
          context.clock.now(),
        );
        yield* record(context, workspaceId, by, "role.created", made.id, { ...role });
        return { result: made, changes: tell(workspaceId) };
      }),
    update: (workspaceId, id, role, may, by) =>
      writeAndTell(context, function* (): Script<Told<"done" | "notFound" | "refused" | "taken">> {
        yield* holdAccess(workspaceId);
        const known = yield* roleOf(workspaceId, id);
        if (!known) return { result: "notFound", changes: [] };
        if (!may(known.permissions)) return { result: "refused", changes: [] };
        if (yield* isTaken(workspaceId, role.name, id)) return { result: "taken", changes: [] };
        yield* put(
          "UPDATE roles SET name = ?, description = ?, permissions = ? WHERE workspace_id = ? AND id = ?",
          role.name,
          role.description,
          JSON.stringify(role.permissions),
          workspaceId,
          id,
        );
        const { id: _, ...before } = known;
        yield* record(context, workspaceId, by, "role.changed", id, { before, after: role });
        return { result: "done", changes: tell(workspaceId) };
      }),
    remove: (workspaceId, id, may, by) =>
      writeAndTell(context, function* (): Script<Told<"done" | "notFound" | "refused" | "used">> {
        yield* holdAccess(workspaceId);
        const known = yield* roleOf(workspaceId, id);
        if (!known) return { result: "notFound", changes: [] };
        if (!may(known.permissions)) return { result: "refused", changes: [] };
        const people = yield* all("SELECT grants FROM users WHERE workspace_id = ?", workspaceId);
        const isUsed = people.some((row) => json<User["grants"]>(row, "grants").some(({ roleId }) => roleId === id));
        if (isUsed) return { result: "used", changes: [] };
        yield* put("DELETE FROM roles WHERE workspace_id = ? AND id = ?", workspaceId, id);
        yield* record(context, workspaceId, by, "role.removed", id, { name: known.name });
        return { result: "done", changes: tell(workspaceId) };
      }),
  };
}

/** One change of users, roles and setup at a time, so that what was looked at is still so when it is acted on. */
export function* holdAccess(workspaceId: WorkspaceId): Script<void> {
  yield* one("SELECT id FROM workspaces WHERE id = ? /*lock*/", scope(workspaceId));
}

/** What each role of a workspace allows; nothing for roles that are not there. */
export function* permissionsByRole(workspaceId: WorkspaceId): Script<PermissionsOf> {
  const own = yield* rolesOf(workspaceId);
  const known = new Map([...SHIPPED_ROLES, ...own].map(({ id, permissions }) => [id, permissions]));
  return (roleId) => known.get(roleId) ?? [];
}

/** What somebody may do. */
export function* rightsOfUser(user: User): Script<Rights> {
  // Most have roles that come with the product: those are not in the database.
  const isShipped = user.grants.every(({ roleId }) => SHIPPED_ROLES.some(({ id }) => id === roleId));
  const permissionsOf = isShipped
    ? (roleId: string) => SHIPPED_ROLES.find(({ id }) => id === roleId)?.permissions ?? []
    : yield* permissionsByRole(user.workspaceId);
  return rightsOf(user.grants, user.overrides, permissionsOf);
}

function* rolesOf(workspaceId: WorkspaceId): Script<readonly Role[]> {
  const rows = yield* all("SELECT * FROM roles WHERE workspace_id = ? ORDER BY name, id", scope(workspaceId));
  return rows.map(roleOfRow);
}

function* roleOf(workspaceId: WorkspaceId, id: RoleId): Script<Role | null> {
  const row = yield* one("SELECT * FROM roles WHERE workspace_id = ? AND id = ?", scope(workspaceId), id);
  return row && roleOfRow(row);
}

function roleOfRow(row: Row): Role {
  return {
    id: text(row, "id"),
    name: text(row, "name"),
    description: text(row, "description"),
    // A permission of another version of the program gives nothing.
    permissions: json<Permission[]>(row, "permissions").filter((one) => KNOWN.has(one)),
  };
}
