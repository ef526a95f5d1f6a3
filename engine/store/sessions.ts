import type { SessionId, UserId, WorkspaceId } from "../core/domain/ids.ts";
import type { Session } from "../core/domain/user.ts";
import type { SessionRows } from "../ports.ts";
import { record } from "./audit.ts";
import { type Context, type Told, writeAndTell } from "./context.ts";
import { rightsOfUser } from "./roles.ts";
import { all, change, iso, number, one, put, type Row, type Script, scope, text } from "./sql.ts";
import { userOfRow } from "./users.ts";

/** How long the key before the last one is good: requests that were under way when it changed. */
const FORMER_MS = 60_000;
const AGENT_CHARS = 300;

/** Who is signed in where. Only hashes of keys are known here. */
export function sessionRows(context: Context): SessionRows {
  const { db, clock } = context;
  return {
    start: (workspaceId, session, by) =>
      db.write(function* () {
        const id = context.ids.make("session");
        const now = clock.now();
        yield* put(
          `INSERT INTO sessions (workspace_id, id, user_id, token_hash, rotated_at, created_at, seen_at, expires_at, address, agent)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
          scope(workspaceId),
          id,
          session.userId,
          session.tokenHash,
          now,
          now,
          now,
          Date.parse(session.expiresAt),
          by.address ?? "",
          session.agent.slice(0, AGENT_CHARS),
        );
        yield* put(
          "UPDATE users SET last_seen_at = ? WHERE workspace_id = ? AND id = ?",
          now,
          workspaceId,
          session.userId,
        );
        yield* record(context, workspaceId, by, "session.started", id);
        return id;
      }),
    find: (workspaceId, tokenHash, idleMs) =>
      db.read(function* () {
        const row =
          (yield* withUser("s.token_hash = ?", scope(workspaceId), tokenHash)) ??
          (yield* withUser("s.former_hash = ? AND s.rotated_at > ?", workspaceId, tokenHash, clock.now() - FORMER_MS));
        if (!row || number(row, "expires_at") <= clock.now() || number(row, "seen_at") <= clock.now() - idleMs)
          return null;
        const user = userOfRow(row);
        if (user.status !== "active") return null;
        return {
          session: sessionOfRow(row),
          user,
          rights: yield* rightsOfUser(user),
          rotatedAt: iso(row, "rotated_at"),
          changedAt: iso(row, "changed_at"),
        };
      }),
    seen: (workspaceId, id) =>
      db.write(function* () {
        const now = clock.now();
        yield* put("UPDATE sessions SET seen_at = ? WHERE workspace_id = ? AND id = ?", now, scope(workspaceId), id);
        yield* put(
          "UPDATE users SET last_seen_at = ? WHERE workspace_id = ? AND id = (SELECT user_id FROM sessions WHERE workspace_id = ? AND id = ?)",
          now,
          workspaceId,
          workspaceId,
          id,
        );
      }),
    rotate: (workspaceId, id, oldHash, newHash) =>
      db.write(() =>
        change(
          "UPDATE sessions SET token_hash = ?, former_hash = token_hash, rotated_at = ? WHERE workspace_id = ? AND id = ? AND token_hash = ?",
          newHash,
          clock.now(),
          scope(workspaceId),
          id,
          oldHash,
        ),
      ),
    list: (workspaceId, userId) =>
      db.read(function* () {
        const rows = yield* all(
          "SELECT s.*, s.id AS session_id FROM sessions s WHERE s.workspace_id = ? AND s.user_id = ? AND s.expires_at > ? ORDER BY s.seen_at DESC, s.id",
          scope(workspaceId),
          userId,
          clock.now(),
        );
        return rows.map(sessionOfRow);
      }),
    end: (workspaceId, which, by) =>
      writeAndTell(context, function* (): Script<Told<number>> {
        const ended = yield* endSessions(workspaceId, which);
        for (const id of ended) yield* record(context, workspaceId, by, "session.ended", id, { userId: which.userId });
        return { result: ended.length, changes: ended.length > 0 ? [{ type: "access", workspaceId }] : [] };
      }),
  };
}

/** Ends sessions of somebody: one, or all but one. Returns which. */
export function* endSessions(
  workspaceId: WorkspaceId,
  which: { readonly userId: UserId; readonly id?: SessionId; readonly except?: SessionId },
): Script<readonly SessionId[]> {
  const rows = yield* all(
    "SELECT id FROM sessions WHERE workspace_id = ? AND user_id = ? /*lock*/",
    scope(workspaceId),
    which.userId,
  );
  const ids = rows
    .map((row) => text(row, "id") as SessionId)
    .filter((id) => id !== which.except && (which.id === undefined || id === which.id));
  for (const id of ids) yield* put("DELETE FROM sessions WHERE workspace_id = ? AND id = ?", workspaceId, id);
  return ids;
}

function* withUser(
  condition: string,
  workspaceId: string,
  ...params: readonly (string | number)[]
): Script<Row | null> {
  return yield* one(
    `SELECT u.*, s.id AS session_id, s.user_id, s.rotated_at, s.created_at AS session_created_at, s.seen_at, s.expires_at, s.address, s.agent
     FROM sessions s JOIN users u ON u.workspace_id = s.workspace_id AND u.id = s.user_id
     WHERE s.workspace_id = ? AND ${condition}`,
    workspaceId,
    ...params,
  );
}

function sessionOfRow(row: Row): Session {
  return {
    id: text(row, "session_id") as SessionId,
    userId: text(row, "user_id") as UserId,
    createdAt: iso(row, row.session_created_at === undefined ? "created_at" : "session_created_at"),
    seenAt: iso(row, "seen_at"),
    expiresAt: iso(row, "expires_at"),
    address: text(row, "address"),
    agent: text(row, "agent"),
  };
}
