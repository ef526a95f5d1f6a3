import type { UserId, WorkspaceId } from "../core/domain/ids.ts";
import type { Grant, Override } from "../core/domain/rights.ts";
import { OWNER_ROLE } from "../core/domain/role.ts";
import type { Actor, User, UserStatus } from "../core/domain/user.ts";
import type { UserChange, UserOutcome, UserRows, UserSecrets } from "../ports.ts";
import { record } from "./audit.ts";
import { type Context, type Told, writeAndTell } from "./context.ts";
import { findLink, makeLink, removeLinksOf, takeLink } from "./links.ts";
import { holdAccess, rightsOfUser } from "./roles.ts";
import { endSessions } from "./sessions.ts";
import { all, change, iso, isoOrNull, json, one, put, type Row, type Script, scope, text, textOrNull } from "./sql.ts";
import { removeTokensOf } from "./tokens.ts";

/** People who sign in. */
export function userRows(context: Context): UserRows {
  const { db, clock } = context;
  const tell = (workspaceId: WorkspaceId) => [{ type: "access" as const, workspaceId }];
  const secretsOf = function* (row: Row | null): Script<UserSecrets | null> {
    if (!row) return null;
    const user = userOfRow(row);
    const sealed = textOrNull(row, "two_factor");
    return {
      user,
      rights: yield* rightsOfUser(user),
      passwordHash: textOrNull(row, "password"),
      twoFactorKey: sealed === null ? null : context.secrets.open(sealed, sealContext(user.workspaceId, user.id)),
    };
  };
  return {
    isEmpty: (workspaceId) => db.read(() => isEmpty(workspaceId)),
    offerSetup: (workspaceId, link) =>
      db.write(function* () {
        yield* holdAccess(workspaceId);
        if (!(yield* isEmpty(workspaceId))) return false;
        yield* makeLink(context, workspaceId, "setup", null, link);
        return true;
      }),
    createOwner: (workspaceId, owner, setupHash, by) =>
      writeAndTell(context, function* (): Script<Told<User | null>> {
        yield* holdAccess(workspaceId);
        const nothing = { result: null, changes: [] };
        if (!(yield* isEmpty(workspaceId))) return nothing;
        if (setupHash !== null && !(yield* findLink(context, workspaceId, "setup", setupHash))) return nothing;
        const user = yield* insertUser(context, workspaceId, {
          ...owner,
          status: "active",
          grants: [{ roleId: OWNER_ROLE, accountId: null }],
          overrides: [],
        });
        yield* put("DELETE FROM links WHERE workspace_id = ? AND kind = 'setup'", workspaceId);
        const actor: Actor = setupHash === null ? by : { ...by, type: "user", id: user.id, name: user.name };
        yield* record(context, workspaceId, actor, "user.created", user.id, { email: user.email, grants: user.grants });
        return { result: user, changes: tell(workspaceId) };
      }),
    list: (workspaceId) =>
      db.read(function* () {
        const rows = yield* all("SELECT * FROM users WHERE workspace_id = ? ORDER BY name, id", scope(workspaceId));
        return rows.map(userOfRow);
      }),
    get: (workspaceId, id) =>
      db.read(function* () {
        return yield* secretsOf(yield* rowOf(workspaceId, id));
      }),
    byEmail: (workspaceId, email) =>
      db.read(function* () {
        const row = yield* one("SELECT * FROM users WHERE workspace_id = ? AND email = ?", scope(workspaceId), email);
        return yield* secretsOf(row);
      }),
    invite: (workspaceId, user, link, by) =>
      writeAndTell(context, function* (): Script<Told<User | null>> {
        yield* holdAccess(workspaceId);
        const taken = yield* one("SELECT id FROM users WHERE workspace_id = ? AND email = ?", workspaceId, user.email);
        if (taken) return { result: null, changes: [] };
        const made = yield* insertUser(context, workspaceId, { ...user, status: "invited", passwordHash: null });
        yield* makeLink(context, workspaceId, "invitation", made.id, link);
        const { email, grants, overrides } = made;
        yield* record(context, workspaceId, by, "user.invited", made.id, { email, grants, overrides });
        return { result: made, changes: tell(workspaceId) };
      }),
    link: (workspaceId, id, kind, link, may, by) =>
      changing(context, workspaceId, id, function* (user) {
        const fits = kind === "invitation" ? user.status === "invited" : user.status === "active";
        if (!fits || !may(user, yield* rightsOfUser(user))) return "refused";
        yield* makeLink(context, workspaceId, kind, id, link);
        yield* record(context, workspaceId, by, `user.link.${kind}`, id);
        return "done";
      }),
    ofLink: (workspaceId, kind, tokenHash) =>
      db.read(function* () {
        const link = yield* findLink(context, workspaceId, kind, tokenHash);
        return link?.userId ? yield* userOf(workspaceId, link.userId) : null;
      }),
    takeLink: (workspaceId, kind, tokenHash, chosen, address) =>
      writeAndTell(context, function* (): Script<Told<User | null>> {
        yield* holdAccess(workspaceId);
        const link = yield* takeLink(context, workspaceId, kind, tokenHash);
        const user = link?.userId ? yield* userOf(workspaceId, link.userId) : null;
        const expected: UserStatus = kind === "invitation" ? "invited" : "active";
        if (!user || user.status !== expected) return { result: null, changes: [] };
        const name = chosen.name ?? user.name;
        yield* put(
          "UPDATE users SET password = ?, name = ?, status = 'active', changed_at = ? WHERE workspace_id = ? AND id = ?",
          chosen.passwordHash,
          name,
          clock.now(),
          workspaceId,
          user.id,
        );
        yield* endSessions(workspaceId, { userId: user.id });
        yield* removeLinksOf(workspaceId, user.id);
        const by: Actor = { type: "user", id: user.id, name, address };
        yield* record(context, workspaceId, by, kind === "invitation" ? "user.joined" : "user.password.reset", user.id);
        return { result: { ...user, name, status: "active" }, changes: tell(workspaceId) };
      }),
    update: (workspaceId, id, next, may, by) =>
      changing(context, workspaceId, id, function* (user) {
        if (!may(user, yield* rightsOfUser(user))) return "refused";
        // Whoever was invited becomes active by their own link only.
        if (next.status === "active" && user.status === "invited") return "refused";
        const after = { ...user, ...next };
        if (isOwner(user) && !isOwner(after) && !(yield* hasOtherOwner(workspaceId, id))) return "lastOwner";
        yield* put(
          "UPDATE users SET name = ?, language = ?, status = ?, grants = ?, overrides = ?, changed_at = ? WHERE workspace_id = ? AND id = ?",
          after.name,
          after.language,
          after.status,
          JSON.stringify(after.grants),
          JSON.stringify(after.overrides),
          clock.now(),
          workspaceId,
          id,
        );
        if (after.status === "disabled") {
          yield* endSessions(workspaceId, { userId: id });
          yield* removeLinksOf(workspaceId, id);
        }
        yield* record(context, workspaceId, by, "user.changed", id, differences(user, next));
        return "done";
      }),
    remove: (workspaceId, id, may, by) =>
      changing(context, workspaceId, id, function* (user) {
        if (!may(user, yield* rightsOfUser(user))) return "refused";
        if (isOwner(user) && !(yield* hasOtherOwner(workspaceId, id))) return "lastOwner";
        yield* endSessions(workspaceId, { userId: id });
        yield* removeTokensOf(workspaceId, id);
        yield* removeLinksOf(workspaceId, id);
        yield* put("DELETE FROM users WHERE workspace_id = ? AND id = ?", workspaceId, id);
        yield* record(context, workspaceId, by, "user.removed", id, { email: user.email });
        return "done";
      }),
    setPassword: async (workspaceId, id, passwordHash, keep, by) => {
      await changing(context, workspaceId, id, function* () {
        yield* put(
          "UPDATE users SET password = ?, changed_at = ? WHERE workspace_id = ? AND id = ?",
          passwordHash,
          clock.now(),
          workspaceId,
          id,
        );
        yield* endSessions(workspaceId, { userId: id, ...(keep ? { except: keep } : {}) });
        yield* removeLinksOf(workspaceId, id);
        yield* record(context, workspaceId, by, "user.password.changed", id);
        return "done";
      });
    },
    setTwoFactor: (workspaceId, id, factor, may, by) =>
      changing(context, workspaceId, id, function* (user) {
        if (!may(user, yield* rightsOfUser(user))) return "refused";
        yield* put(
          "UPDATE users SET two_factor = ?, two_factor_step = NULL, recovery = ?, changed_at = ? WHERE workspace_id = ? AND id = ?",
          factor && context.secrets.seal(factor.key, sealContext(workspaceId, id)),
          JSON.stringify(factor?.recoveryHashes ?? []),
          clock.now(),
          workspaceId,
          id,
        );
        yield* record(context, workspaceId, by, factor ? "user.twoFactor.on" : "user.twoFactor.off", id);
        return "done";
      }),
    spendStep: (workspaceId, id, step) =>
      db.write(() =>
        change(
          "UPDATE users SET two_factor_step = ? WHERE workspace_id = ? AND id = ? AND (two_factor_step IS NULL OR two_factor_step < ?)",
          step,
          scope(workspaceId),
          id,
          step,
        ),
      ),
    spendRecovery: (workspaceId, id, hash) =>
      db.write(function* () {
        const row = yield* one(
          "SELECT recovery FROM users WHERE workspace_id = ? AND id = ? /*lock*/",
          scope(workspaceId),
          id,
        );
        const left = row ? json<string[]>(row, "recovery") : [];
        if (!left.includes(hash)) return false;
        yield* put(
          "UPDATE users SET recovery = ? WHERE workspace_id = ? AND id = ?",
          JSON.stringify(left.filter((one) => one !== hash)),
          workspaceId,
          id,
        );
        return true;
      }),
  };
}

/** Whether this is one of the owners of whom there is always one. */
function isOwner({ status, grants }: Pick<User, "status" | "grants">): boolean {
  return status === "active" && grants.some(({ roleId, accountId }) => roleId === OWNER_ROLE && accountId === null);
}

function* hasOtherOwner(workspaceId: WorkspaceId, id: UserId): Script<boolean> {
  const rows = yield* all("SELECT * FROM users WHERE workspace_id = ? AND id <> ?", workspaceId, id);
  return rows.map(userOfRow).some(isOwner);
}

function* isEmpty(workspaceId: WorkspaceId): Script<boolean> {
  return (yield* one("SELECT id FROM users WHERE workspace_id = ? LIMIT 1", scope(workspaceId))) === null;
}

/** Changes one person while nobody else changes anybody. */
function changing(
  context: Context,
  workspaceId: WorkspaceId,
  id: UserId,
  work: (user: User) => Script<UserOutcome>,
): Promise<UserOutcome> {
  return writeAndTell(context, function* (): Script<Told<UserOutcome>> {
    yield* holdAccess(workspaceId);
    const user = yield* userOf(workspaceId, id);
    if (!user) return { result: "notFound", changes: [] };
    const result = yield* work(user);
    return { result, changes: result === "done" ? [{ type: "access", workspaceId }] : [] };
  });
}

function* insertUser(
  context: Context,
  workspaceId: WorkspaceId,
  user: {
    readonly email: string;
    readonly name: string;
    readonly passwordHash: string | null;
    readonly language: string;
    readonly status: UserStatus;
    readonly grants: readonly Grant[];
    readonly overrides: readonly Override[];
  },
): Script<User> {
  const id = context.ids.make("user");
  const now = context.clock.now();
  yield* put(
    `INSERT INTO users (workspace_id, id, email, name, password, status, language, grants, overrides, recovery, changed_at, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '[]', ?, ?)`,
    workspaceId,
    id,
    user.email,
    user.name,
    user.passwordHash,
    user.status,
    user.language,
    JSON.stringify(user.grants),
    JSON.stringify(user.overrides),
    now,
    now,
  );
  const made = yield* userOf(workspaceId, id);
  if (!made) throw new Error("a user that was just written is not there");
  return made;
}

/** What is different, for the record. */
function differences(before: User, next: UserChange): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(next)
      .filter(([key, value]) => JSON.stringify(before[key as keyof User]) !== JSON.stringify(value))
      .map(([key, value]) => [key, { before: before[key as keyof User], after: value }]),
  );
}

function* rowOf(workspaceId: WorkspaceId, id: UserId): Script<Row | null> {
  return yield* one("SELECT * FROM users WHERE workspace_id = ? AND id = ?", scope(workspaceId), id);
}

/** One person, as everybody may know them. */
export function* userOf(workspaceId: WorkspaceId, id: UserId): Script<User | null> {
  const row = yield* rowOf(workspaceId, id);
  return row && userOfRow(row);
}

export function userOfRow(row: Row): User {
  return {
    id: text(row, "id") as UserId,
    workspaceId: text(row, "workspace_id") as WorkspaceId,
    email: text(row, "email"),
    name: text(row, "name"),
    status: text(row, "status") as UserStatus,
    language: text(row, "language"),
    grants: json<Grant[]>(row, "grants"),
    overrides: json<Override[]>(row, "overrides"),
    hasTwoFactor: textOrNull(row, "two_factor") !== null,
    createdAt: iso(row, "created_at"),
    lastSeenAt: isoOrNull(row, "last_seen_at"),
  };
}

function sealContext(workspaceId: string, id: string): string {
  return `${workspaceId}/${id}/two-factor`;
}
