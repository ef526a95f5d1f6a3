import type { ChannelAccountId, WorkspaceId } from "./ids.ts";
import { isAccountPermission, PERMISSIONS, type Permission } from "./permission.ts";

/** A role given to somebody: everywhere (`accountId: null`) or for one channel account. */
export interface Grant {
  readonly roleId: string;
  readonly accountId: ChannelAccountId | null;
}

/** An exception for one person. A deny wins over everything that allows. */
export interface Override {
  readonly permission: Permission;
  readonly accountId: ChannelAccountId | null;
  readonly effect: "allow" | "deny";
}

/** What somebody may do, and where. */
export interface Rights {
  readonly allowed: ReadonlySet<Permission>;
  readonly denied: ReadonlySet<Permission>;
  readonly allowedAt: ReadonlyMap<ChannelAccountId, ReadonlySet<Permission>>;
  readonly deniedAt: ReadonlyMap<ChannelAccountId, ReadonlySet<Permission>>;
}

/** Of a workspace, what belongs to these channel accounts. */
export interface AccountScope {
  readonly workspaceId: WorkspaceId;
  readonly accounts: "all" | readonly ChannelAccountId[];
}

/** Puts grants and overrides together. A role at an account gives only what can be given for one; unknown roles give nothing. */
export function rightsOf(
  grants: readonly Grant[],
  overrides: readonly Override[],
  permissionsOf: (roleId: string) => readonly Permission[],
): Rights {
  const allowed = new Set<Permission>();
  const denied = new Set<Permission>();
  const allowedAt = new Map<ChannelAccountId, Set<Permission>>();
  const deniedAt = new Map<ChannelAccountId, Set<Permission>>();
  const add = (at: Map<ChannelAccountId, Set<Permission>>, accountId: ChannelAccountId, one: Permission): void => {
    if (isAccountPermission(one)) at.set(accountId, (at.get(accountId) ?? new Set()).add(one));
  };
  for (const { roleId, accountId } of grants)
    for (const permission of permissionsOf(roleId)) {
      if (accountId === null) allowed.add(permission);
      else add(allowedAt, accountId, permission);
    }
  for (const { permission, accountId, effect } of overrides) {
    if (accountId === null) (effect === "allow" ? allowed : denied).add(permission);
    else add(effect === "allow" ? allowedAt : deniedAt, accountId, permission);
  }
  return { allowed, denied, allowedAt, deniedAt };
}

/** Whether somebody may do this in the whole workspace: given everywhere, taken away nowhere. */
export function mayEverywhere(rights: Rights, permission: Permission): boolean {
  if (!rights.allowed.has(permission) || rights.denied.has(permission)) return false;
  return [...rights.deniedAt.values()].every((denied) => !denied.has(permission));
}

/** Whether somebody may do this at one channel account. */
export function mayAt(rights: Rights, permission: Permission, accountId: ChannelAccountId): boolean {
  if (rights.denied.has(permission) || rights.deniedAt.get(accountId)?.has(permission)) return false;
  return rights.allowed.has(permission) || (rights.allowedAt.get(accountId)?.has(permission) ?? false);
}

/** What of a workspace somebody may do this to; all of the rights must allow it. `accounts`: those of the workspace. */
export function scopeOf(
  rights: readonly Rights[],
  permission: Permission,
  workspaceId: WorkspaceId,
  accounts: readonly ChannelAccountId[],
): AccountScope {
  if (rights.every((one) => mayEverywhere(one, permission))) return { workspaceId, accounts: "all" };
  return { workspaceId, accounts: accounts.filter((id) => rights.every((one) => mayAt(one, permission, id))) };
}

/** Whether a scope holds this account. */
export function holds({ accounts }: AccountScope, accountId: ChannelAccountId): boolean {
  return accounts === "all" || accounts.includes(accountId);
}

/** Whether `wide` may do everything, everywhere, that `narrow` may: who gives rights away must have them. */
export function covers(wide: Rights, narrow: Rights): boolean {
  const accounts = new Set(
    [wide.allowedAt, wide.deniedAt, narrow.allowedAt, narrow.deniedAt].flatMap((at) => [...at.keys()]),
  );
  return PERMISSIONS.every((permission) => {
    const isGiven = ({ allowed, denied }: Rights): boolean => allowed.has(permission) && !denied.has(permission);
    // Accounts that nobody names, also those to come.
    if (isGiven(narrow) && !isGiven(wide)) return false;
    return [...accounts].every((id) => !mayAt(narrow, permission, id) || mayAt(wide, permission, id));
  });
}
