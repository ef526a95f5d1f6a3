import { z } from "zod";
import type { ChannelAccountId } from "../core/domain/ids.ts";
import { isAccountPermission, PERMISSIONS, type Permission } from "../core/domain/permission.ts";
import { covers, type Grant, type Override, type Rights, rightsOf } from "../core/domain/rights.ts";
import { SHIPPED_ROLES } from "../core/domain/role.ts";
import type { ServerDeps } from "./deps.ts";
import type { Principal, Reply } from "./route.ts";

const accountId = z.string().min(1).max(100).nullable().default(null);

/** Roles and exceptions as they are asked for. */
export const powers = {
  grants: z.array(z.strictObject({ roleId: z.string().min(1).max(100), accountId })).max(500),
  overrides: z
    .array(z.strictObject({ permission: z.enum(PERMISSIONS), accountId, effect: z.enum(["allow", "deny"]) }))
    .max(500),
};

/** What somebody would have. */
export interface Powers {
  readonly grants: readonly Grant[];
  readonly overrides: readonly Override[];
}

/** Who gives rights away must have them, and who changes somebody must have what they have: the answer when it is not so. */
export const MORE_THAN_YOURS: Reply = {
  status: 403,
  body: { error: "only who has these rights may give them or take them away", code: "moreThanYours" },
};

/** Whether somebody may give, or take away, these rights. */
export function commands({ rights }: Pick<Principal, "rights">, narrow: Rights): boolean {
  return rights.every((own) => covers(own, narrow));
}

/** What somebody with these roles and exceptions may do. */
export async function rightsWith(
  { store, settings }: Pick<ServerDeps, "store" | "settings">,
  { grants, overrides }: Powers,
): Promise<Rights> {
  const known = new Map(
    [...SHIPPED_ROLES, ...(await store.roles.list(settings.workspaceId))].map(({ id, permissions }) => [
      id,
      permissions,
    ]),
  );
  return rightsOf(grants, overrides, (id) => known.get(id) ?? []);
}

/** Reads roles and exceptions: each role is there, each account is ours, each exception can be at an account. */
export async function powersOf(
  { store, settings, accounts }: Pick<ServerDeps, "store" | "settings" | "accounts">,
  asked: { readonly grants: readonly { roleId: string; accountId: string | null }[] } & {
    readonly overrides: readonly { permission: Permission; accountId: string | null; effect: "allow" | "deny" }[];
  },
): Promise<{ readonly powers: Powers; readonly rights: Rights } | Reply> {
  const known = new Set([...SHIPPED_ROLES, ...(await store.roles.list(settings.workspaceId))].map(({ id }) => id));
  const own = new Set<string>(
    accounts().flatMap((account) => (account.workspaceId === settings.workspaceId ? [account.id] : [])),
  );
  const wrong = (error: string, code: string): Reply => ({ status: 422, body: { error, code } });
  for (const { roleId } of asked.grants) if (!known.has(roleId)) return wrong("there is no such role", "noSuchRole");
  for (const { accountId: id } of [...asked.grants, ...asked.overrides])
    if (id !== null && !own.has(id)) return wrong("there is no such account", "noSuchAccount");
  for (const { permission, accountId: id } of asked.overrides)
    if (id !== null && !isAccountPermission(permission))
      return wrong(`${permission} cannot be given for one account`, "notAtAnAccount");
  const given: Powers = {
    grants: asked.grants.map(({ roleId, accountId: id }) => ({ roleId, accountId: id as ChannelAccountId | null })),
    overrides: asked.overrides.map((one) => ({ ...one, accountId: one.accountId as ChannelAccountId | null })),
  };
  return { powers: given, rights: await rightsWith({ store, settings }, given) };
}
