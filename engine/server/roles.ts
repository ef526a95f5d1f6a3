import { z } from "zod";
import type { RoleId } from "../core/domain/ids.ts";
import { isAccountPermission, PERMISSIONS, type Permission } from "../core/domain/permission.ts";
import { rightsOf } from "../core/domain/rights.ts";
import { SHIPPED_ROLES } from "../core/domain/role.ts";
import { personName } from "./credentials.ts";
import type { ServerDeps } from "./deps.ts";
import { commands, MORE_THAN_YOURS } from "./powers.ts";
import { id } from "./query.ts";
import { NOT_FOUND, ok, type Principal, type Reply, type Route, route } from "./route.ts";

const role = z.strictObject({
  name: personName,
  description: z.string().trim().max(500).default(""),
  permissions: z.array(z.enum(PERMISSIONS)).max(PERMISSIONS.length),
});
const TAKEN: Reply = { status: 409, body: { error: "there is a role of this name already", code: "nameTaken" } };
const USED: Reply = {
  status: 409,
  body: { error: "somebody has this role: give them another one first", code: "used" },
};

/** Roles: those that come with the product, and those that the workspace makes. Nobody makes one that can more than they can. */
export function roleRoutes(deps: ServerDeps): readonly Route[] {
  const { store, settings } = deps;
  const { workspaceId } = settings;
  const has = (principal: Principal, permissions: readonly Permission[]): boolean =>
    commands(
      principal,
      rightsOf([{ roleId: "it", accountId: null }], [], () => permissions),
    );
  const named = (body: z.infer<typeof role>) => ({ ...body, permissions: [...new Set(body.permissions)] });

  return [
    route({
      method: "get",
      path: "/api/roles",
      permission: "users.manage",
      summary: "Every role with its permissions, and every permission that there is",
      run: async () =>
        ok({
          items: [
            ...SHIPPED_ROLES.map((one) => ({ ...one, isShipped: true })),
            ...(await store.roles.list(workspaceId)).map((one) => ({ ...one, isShipped: false })),
          ],
          permissions: PERMISSIONS.map((name) => ({ name, atAccounts: isAccountPermission(name) })),
        }),
    }),
    route({
      method: "post",
      path: "/api/roles",
      permission: "roles.manage",
      record: "store",
      summary: "Makes a role",
      body: role,
      run: async ({ principal, body, actor }) => {
        if (!has(principal, body.permissions)) return MORE_THAN_YOURS;
        const made = await store.roles.create(workspaceId, named(body), actor);
        return made ? { status: 201, body: made } : TAKEN;
      },
    }),
    route({
      method: "put",
      path: "/api/roles/{id}",
      permission: "roles.manage",
      record: "store",
      summary: "Changes a role of the workspace, for everybody who has it",
      params: id,
      body: role,
      run: async ({ principal, params, body, actor }) => {
        if (!has(principal, body.permissions)) return MORE_THAN_YOURS;
        const may = (before: readonly Permission[]): boolean => has(principal, before);
        const done = await store.roles.update(workspaceId, params.id as RoleId, named(body), may, actor);
        return {
          done: ok({ id: params.id, ...named(body) }),
          notFound: NOT_FOUND,
          refused: MORE_THAN_YOURS,
          taken: TAKEN,
        }[done];
      },
    }),
    route({
      method: "delete",
      path: "/api/roles/{id}",
      permission: "roles.manage",
      record: "store",
      summary: "Removes a role that nobody has",
      params: id,
      run: async ({ principal, params, actor }) => {
        const may = (before: readonly Permission[]): boolean => has(principal, before);
        const done = await store.roles.remove(workspaceId, params.id as RoleId, may, actor);
        return { done: ok({ done: true }), notFound: NOT_FOUND, refused: MORE_THAN_YOURS, used: USED }[done];
      },
    }),
  ];
}
