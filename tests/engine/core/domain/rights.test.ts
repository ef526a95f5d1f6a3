import { describe, expect, test } from "vitest";
import type { ChannelAccountId, WorkspaceId } from "../../../../engine/core/domain/ids.ts";
import { isAccountPermission, PERMISSIONS, type Permission } from "../../../../engine/core/domain/permission.ts";
import {
  covers,
  type Grant,
  mayAt,
  mayEverywhere,
  type Override,
  type Rights,
  rightsOf,
  scopeOf,
} from "../../../../engine/core/domain/rights.ts";
import { SHIPPED_ROLES } from "../../../../engine/core/domain/role.ts";

const A = "acc_a" as ChannelAccountId;
const B = "acc_b" as ChannelAccountId;
/** Every way in which one permission can be given and taken: by a role or an exception, everywhere or at A. */
const WAYS = ["role", "roleAtA", "allow", "allowAtA", "deny", "denyAtA"] as const;
const COMBINATIONS = Array.from({ length: 2 ** WAYS.length }, (_, bits) =>
  Object.fromEntries(WAYS.map((way, index) => [way, (bits & (1 << index)) !== 0])),
) as unknown as readonly Record<(typeof WAYS)[number], boolean>[];

function given(permission: Permission, has: (typeof COMBINATIONS)[number]): Rights {
  const grants: Grant[] = [];
  const overrides: Override[] = [];
  if (has.role) grants.push({ roleId: "r", accountId: null });
  if (has.roleAtA) grants.push({ roleId: "r", accountId: A });
  if (has.allow) overrides.push({ permission, accountId: null, effect: "allow" });
  if (has.allowAtA) overrides.push({ permission, accountId: A, effect: "allow" });
  if (has.deny) overrides.push({ permission, accountId: null, effect: "deny" });
  if (has.denyAtA) overrides.push({ permission, accountId: A, effect: "deny" });
  return rightsOf(grants, overrides, (id) => (id === "r" ? [permission] : []));
}

test("whoever was denied may not, wherever; else whoever was allowed may, there", () => {
  let tried = 0;
  for (const permission of PERMISSIONS) {
    const canBeAtA = isAccountPermission(permission);
    for (const has of COMBINATIONS) {
      const rights = given(permission, has);
      const all = has.role || has.allow;
      const atA = canBeAtA && (has.roleAtA || has.allowAtA);
      const deniedAtA = canBeAtA && has.denyAtA;
      expect([mayAt(rights, permission, A), mayAt(rights, permission, B), mayEverywhere(rights, permission)]).toEqual([
        (all || atA) && !has.deny && !deniedAtA,
        all && !has.deny,
        all && !has.deny && !deniedAtA,
      ]);
      for (const other of PERMISSIONS) if (other !== permission) expect(mayAt(rights, other, A)).toBe(false);
      tried += 3;
    }
  }
  console.log(`      ${tried} permissions x ways to give and take x places`);
});

describe("a scope", () => {
  const workspaceId = "wsp_1" as WorkspaceId;

  test("is everything, or the accounts at which all rights allow it", () => {
    const everywhere = given("messages.view", { ...COMBINATIONS[0], role: true } as never);
    const notAtA = given("messages.view", { ...COMBINATIONS[0], role: true, denyAtA: true } as never);
    const atA = given("messages.view", { ...COMBINATIONS[0], roleAtA: true } as never);
    const scope = (...rights: Rights[]) => scopeOf(rights, "messages.view", workspaceId, [A, B]).accounts;
    expect(scope(everywhere)).toBe("all");
    expect(scope(notAtA)).toEqual([B]);
    expect(scope(atA)).toEqual([A]);
    expect(scope(everywhere, atA)).toEqual([A]);
    expect(scope(atA, notAtA)).toEqual([]);
  });
});

test("somebody covers another exactly when they may everything, everywhere, that the other may", () => {
  let tried = 0;
  const kinds = COMBINATIONS.map((has) => given("messages.view", has));
  const future = "acc_made_tomorrow" as ChannelAccountId;
  for (const wide of kinds)
    for (const narrow of kinds) {
      const may = [A, B, future].every((id) => !mayAt(narrow, "messages.view", id) || mayAt(wide, "messages.view", id));
      expect(covers(wide, narrow)).toBe(may);
      tried++;
    }
  console.log(`      ${tried} pairs of rights`);
});

test("no shipped role but the owner's covers the owner's, and each covers itself", () => {
  const rights = SHIPPED_ROLES.map(({ id, permissions }) => ({
    id,
    rights: rightsOf([{ roleId: id, accountId: null }], [], () => permissions),
  }));
  const owner = rights.find(({ id }) => id === "owner");
  if (!owner) throw new Error("no owner");
  for (const { id, rights: own } of rights) {
    expect(covers(owner.rights, own)).toBe(true);
    expect(covers(own, owner.rights)).toBe(id === "owner");
    expect(covers(own, own)).toBe(true);
  }
});

test("a role at an account gives nothing of the whole workspace", () => {
  const owner = SHIPPED_ROLES.find(({ id }) => id === "owner");
  const rights = rightsOf([{ roleId: "owner", accountId: A }], [], () => owner?.permissions ?? []);
  expect(PERMISSIONS.filter((one) => mayAt(rights, one, A)).every(isAccountPermission)).toBe(true);
  expect(PERMISSIONS.some((one) => mayEverywhere(rights, one) || mayAt(rights, one, B))).toBe(false);
});
