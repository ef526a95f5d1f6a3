import type { ApiTokenId, ChannelAccountId, UserId, WorkspaceId } from "../core/domain/ids.ts";
import { PERMISSIONS, type Permission } from "../core/domain/permission.ts";
import type { ApiToken } from "../core/domain/user.ts";
import type { TokenRows } from "../ports.ts";
import { record } from "./audit.ts";
import { type Context, type Told, writeAndTell } from "./context.ts";
import { rightsOfUser } from "./roles.ts";
import {
  all,
  iso,
  isoOrNull,
  json,
  jsonOrNull,
  numberOrNull,
  one,
  put,
  type Row,
  type Script,
  scope,
  text,
  textOrNull,
} from "./sql.ts";
import { userOf } from "./users.ts";

const KNOWN: ReadonlySet<string> = new Set(PERMISSIONS);

/** Keys for programs. Only their hashes are known here. */
export function tokenRows(context: Context): TokenRows {
  const { db, clock } = context;
  return {
    create: (workspaceId, token, by) =>
      db.write(function* () {
        const id = context.ids.make("apiToken");
        const now = clock.now();
        yield* put(
          `INSERT INTO api_tokens (workspace_id, id, name, token_hash, hint, permissions, account_ids, user_id, created_at, expires_at)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          scope(workspaceId),
          id,
          token.name,
          token.tokenHash,
          token.hint,
          JSON.stringify(token.permissions),
          token.accountIds === null ? null : JSON.stringify(token.accountIds),
          token.userId,
          now,
          token.expiresAt === null ? null : Date.parse(token.expiresAt),
        );
        const { tokenHash: _, ...shown } = token;
        yield* record(context, workspaceId, by, "token.created", id, {
          name: token.name,
          permissions: token.permissions,
          accountIds: token.accountIds,
          expiresAt: token.expiresAt,
        });
        return { ...shown, id, createdAt: new Date(now).toISOString(), lastUsedAt: null };
      }),
    find: (workspaceId, tokenHash) =>
      db.read(function* () {
        const row = yield* one(
          "SELECT * FROM api_tokens WHERE workspace_id = ? AND token_hash = ?",
          scope(workspaceId),
          tokenHash,
        );
        if (!row) return null;
        const expiresAt = numberOrNull(row, "expires_at");
        if (expiresAt !== null && expiresAt <= clock.now()) return null;
        const token = tokenOfRow(row);
        if (token.userId === null) return { token, owner: null };
        const user = yield* userOf(workspaceId, token.userId);
        if (user?.status !== "active") return null;
        return { token, owner: { user, rights: yield* rightsOfUser(user) } };
      }),
    used: (workspaceId, id) =>
      db.write(() =>
        put(
          "UPDATE api_tokens SET last_used_at = ? WHERE workspace_id = ? AND id = ?",
          clock.now(),
          scope(workspaceId),
          id,
        ),
      ),
    list: (workspaceId) =>
      db.read(function* () {
        const rows = yield* all("SELECT * FROM api_tokens WHERE workspace_id = ? ORDER BY id DESC", scope(workspaceId));
        return rows.map(tokenOfRow);
      }),
    revoke: (workspaceId, id, may, by) =>
      writeAndTell(context, function* (): Script<Told<boolean>> {
        const row = yield* one(
          "SELECT * FROM api_tokens WHERE workspace_id = ? AND id = ? /*lock*/",
          scope(workspaceId),
          id,
        );
        if (!row || !may(tokenOfRow(row))) return { result: false, changes: [] };
        yield* put("DELETE FROM api_tokens WHERE workspace_id = ? AND id = ?", workspaceId, id);
        yield* record(context, workspaceId, by, "token.revoked", id, { name: text(row, "name") });
        return { result: true, changes: [{ type: "access", workspaceId }] };
      }),
  };
}

/** Keys that somebody made are no good without them. */
export function* removeTokensOf(workspaceId: WorkspaceId, userId: UserId): Script<void> {
  yield* put("DELETE FROM api_tokens WHERE workspace_id = ? AND user_id = ?", scope(workspaceId), userId);
}

function tokenOfRow(row: Row): ApiToken {
  return {
    id: text(row, "id") as ApiTokenId,
    name: text(row, "name"),
    hint: text(row, "hint"),
    permissions: json<Permission[]>(row, "permissions").filter((one) => KNOWN.has(one)),
    accountIds: jsonOrNull<ChannelAccountId[]>(row, "account_ids"),
    userId: textOrNull(row, "user_id") as UserId | null,
    createdAt: iso(row, "created_at"),
    expiresAt: isoOrNull(row, "expires_at"),
    lastUsedAt: isoOrNull(row, "last_used_at"),
  };
}
