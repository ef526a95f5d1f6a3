import { createHash, timingSafeEqual } from "node:crypto";
import type { Context } from "hono";
import { getCookie } from "hono/cookie";
import type { SessionId } from "../core/domain/ids.ts";
import { isAccountPermission, PERMISSIONS, type Permission } from "../core/domain/permission.ts";
import { type AccountScope, mayEverywhere, type Rights, rightsOf, scopeOf } from "../core/domain/rights.ts";
import { OWNER_ROLE, SHIPPED_ROLES } from "../core/domain/role.ts";
import type { Actor, ApiToken } from "../core/domain/user.ts";
import type { ServerDeps } from "./deps.ts";
import type { AccountPrincipal, Principal } from "./route.ts";
import { cookieName, SESSION_IDLE_MS } from "./session-cookie.ts";

/** How long what the database said of a key is believed. Changes on this process and those that are told clear it at once. */
const BELIEVED_MS = 3000;
const MOST_BELIEVED = 10_000;
/** Using a session or token is written down this often at most. */
const SEEN_MS = 5 * 60_000;

type AuthDeps = Pick<ServerDeps, "store" | "clock" | "settings" | "accounts">;

/** Finds out who asks. */
export interface Auth {
  /** Null: nobody whom we know. */
  principalOf(c: Context): Promise<Principal | null>;
  /** The same without a request, for streams that stay open: null when their right to it is over. */
  renew(principal: Principal): Promise<Principal | null>;
  /** Somebody as a route about accounts knows them; null: they have the permission at no account. */
  atAccounts(principal: Principal, permission: Permission): AccountPrincipal | null;
}

export function createAuth({ store, clock, settings, accounts }: AuthDeps): Auth {
  const { workspaceId, adminToken } = settings;
  const believed = new Map<string, { readonly at: number; readonly principal: Promise<Principal | null> }>();
  /** How to look somebody up again. */
  const keys = new WeakMap<Principal, string>();
  const written = new Map<string, number>();
  store.onChange(({ type }) => {
    if (type === "access") believed.clear();
  });
  const admin = administrator(workspaceId);
  const isDue = (id: string, seenAt: string | null): boolean => {
    const last = Math.max(written.get(id) ?? 0, seenAt === null ? 0 : Date.parse(seenAt));
    if (clock.now() - last < SEEN_MS) return false;
    if (written.size >= MOST_BELIEVED) written.clear();
    written.set(id, clock.now());
    return true;
  };

  const bySession = async (hash: string): Promise<Principal | null> => {
    const found = await store.sessions.find(workspaceId, hash, SESSION_IDLE_MS);
    if (!found) return null;
    const { session, user, rights } = found;
    if (isDue(session.id, session.seenAt)) await store.sessions.seen(workspaceId, session.id as SessionId);
    return {
      type: "user",
      id: user.id,
      name: user.name,
      workspaceId,
      permissions: everywhere([rights]),
      rights: [rights],
      user,
      ownerId: user.id,
      session,
    };
  };
  const byToken = async (hash: string): Promise<Principal | null> => {
    const found = await store.tokens.find(workspaceId, hash);
    if (!found) return null;
    const { token, owner } = found;
    if (isDue(token.id, token.lastUsedAt)) await store.tokens.used(workspaceId, token.id);
    const rights = [tokenRights(token), ...(owner ? [owner.rights] : [])];
    return {
      type: "token",
      id: token.id,
      name: token.name,
      workspaceId,
      permissions: everywhere(rights),
      rights,
      user: null,
      ownerId: token.userId,
      session: null,
    };
  };
  const lookUp = (key: string, ask: () => Promise<Principal | null>): Promise<Principal | null> => {
    const known = believed.get(key);
    if (known && clock.now() - known.at < BELIEVED_MS) return known.principal;
    if (believed.size >= MOST_BELIEVED) believed.clear();
    const principal = ask().then((found) => {
      if (found) keys.set(found, key);
      return found;
    });
    believed.set(key, { at: clock.now(), principal });
    // What failed is not believed.
    principal.catch(() => believed.delete(key));
    return principal;
  };
  const byKey = (key: string): Promise<Principal | null> => {
    const [kind, hash = ""] = key.split(":");
    return lookUp(key, () => (kind === "session" ? bySession(hash) : byToken(hash)));
  };

  return {
    async principalOf(c) {
      const authorization = c.req.header("authorization");
      if (authorization !== undefined) {
        const token = /^Bearer (\S+)$/.exec(authorization)?.[1];
        if (!token || token.length > 500) return null;
        if (adminToken !== "" && isSame(token, adminToken)) return admin;
        return token.startsWith(TOKEN_PREFIX) ? byKey(`token:${hashOf(token)}`) : null;
      }
      const cookie = getCookie(c, cookieName(settings.publicUrl));
      return cookie && cookie.length <= 100 ? byKey(`session:${hashOf(cookie)}`) : null;
    },
    async renew(principal) {
      if (principal === admin) return admin;
      const key = keys.get(principal);
      return key === undefined ? null : byKey(key);
    },
    atAccounts({ permissions: _, rights, ...who }, permission) {
      const own = accounts().flatMap(({ id, workspaceId: of }) => (of === workspaceId ? [id] : []));
      const at = (wanted: Permission): AccountScope => scopeOf(rights, wanted, workspaceId, own);
      const scope = at(permission);
      return scope.accounts !== "all" && scope.accounts.length === 0 ? null : { ...who, scope, scopeOf: at };
    },
  };
}

/** What every API token begins with, so that scanners for leaked secrets know it. */
export const TOKEN_PREFIX = "rly_";

/** What the database keeps of a key that has 256 random bits: it needs no salt and no slowness. */
export function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

/** Who asks, for the record. */
export function actorOf(principal: Principal | null, address: string): Actor {
  return principal
    ? { type: principal.type, id: principal.id, name: principal.name, address }
    : { type: "system", id: null, name: "", address };
}

/** What a token may by itself: its permissions, those about accounts only at its accounts. */
export function tokenRights({ permissions, accountIds }: Pick<ApiToken, "permissions" | "accountIds">): Rights {
  const role = { permissions };
  if (accountIds === null) return rightsOf([{ roleId: "own", accountId: null }], [], () => role.permissions);
  const at = rightsOf(
    accountIds.map((accountId) => ({ roleId: "own", accountId })),
    [],
    () => role.permissions,
  );
  return { ...at, allowed: new Set(role.permissions.filter((one) => !isAccountPermission(one))) };
}

function administrator(workspaceId: Principal["workspaceId"]): Principal {
  const permissionsOf = (id: string) => SHIPPED_ROLES.find((role) => role.id === id)?.permissions ?? [];
  return {
    type: "admin",
    id: null,
    name: "administrator",
    workspaceId,
    permissions: new Set(PERMISSIONS),
    rights: [rightsOf([{ roleId: OWNER_ROLE, accountId: null }], [], permissionsOf)],
    user: null,
    ownerId: null,
    session: null,
  };
}

function everywhere(rights: readonly Rights[]): Principal["permissions"] {
  return new Set(PERMISSIONS.filter((permission) => rights.every((one) => mayEverywhere(one, permission))));
}

/** Hashes have one length, so that comparing tells nothing. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
