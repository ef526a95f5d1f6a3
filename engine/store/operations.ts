import type { ChannelAccountId, ConversationId } from "../core/domain/ids.ts";
import type { Json } from "../core/domain/json.ts";
import type { Notice, Operations } from "../ports.ts";
import type { Context } from "./context.ts";
import { doctor } from "./doctor.ts";
import {
  all,
  iso,
  isoOrNull,
  json,
  number,
  one,
  put,
  type Row,
  type Script,
  scope,
  text,
  textOrNull,
  within,
} from "./sql.ts";

/** A clock that is this much before its own past was set back. */
const SET_BACK_MS = 5000;

/** What the operator looks at: what waits, what went wrong, whether the promises hold. */
export function operations(context: Context): Operations {
  const { db, clock } = context;
  return {
    clockJumped: (jumpMs) =>
      db.write(function* () {
        const now = clock.now();
        if (jumpMs < 0) yield* dueAgain(context, jumpMs, now);
        for (const workspaceId of context.workspaces.keys()) {
          yield* put(
            "INSERT INTO notices (workspace_id, id, at, severity, code, text, facts) VALUES (?, ?, ?, 'warning', 'clock.jump', ?, ?)",
            workspaceId,
            context.ids.make("event"),
            now,
            "The clock of this machine was set. Timers keep to the new time.",
            JSON.stringify({ seconds: Math.round(jumpMs / 1000) }),
          );
        }
      }),
    room: () => ({ hasRoom: true, freeBytes: null, path: null }),
    canWrite: () =>
      db
        .write(() => setFact("writable", String(clock.now())))
        .then(() => true)
        .catch(() => false),
    notice: (workspaceId, notice) =>
      db.write(function* () {
        yield* put(
          "INSERT INTO notices (workspace_id, id, at, severity, code, text, account_id, conversation_id, facts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
          scope(workspaceId),
          context.ids.make("event"),
          clock.now(),
          notice.severity,
          notice.code,
          notice.text,
          notice.accountId,
          notice.conversationId,
          JSON.stringify(notice.facts),
        );
      }),
    notices: (workspaceId, limit) =>
      db.read(function* () {
        const rows = yield* all(
          "SELECT * FROM notices WHERE workspace_id = ? ORDER BY id DESC LIMIT ?",
          scope(workspaceId),
          limit,
        );
        return rows.map(noticeOf);
      }),
    setAside: (of, limit) =>
      db.read(function* () {
        const own = within(of, "account_id");
        const rows = yield* all(
          `SELECT * FROM set_aside WHERE workspace_id = ? ${own.sql} ORDER BY id DESC LIMIT ?`,
          scope(of),
          ...own.params,
          limit,
        );
        return rows.map((row) => ({
          id: text(row, "id"),
          channel: text(row, "channel"),
          reason: text(row, "reason"),
          part: text(row, "part"),
          receivedAt: iso(row, "received_at"),
        }));
      }),
    usage: (workspaceId, usage) =>
      db.write(function* () {
        yield* put(
          "INSERT INTO usages (workspace_id, id, conversation_id, provider, model, input_tokens, output_tokens, ok, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
          scope(workspaceId),
          context.ids.make("event"),
          usage.conversationId,
          usage.provider,
          usage.model,
          usage.inputTokens,
          usage.outputTokens,
          usage.ok ? 1 : 0,
          clock.now(),
        );
      }),
    tokensSince: (workspaceId, since, conversationId) =>
      db.read(function* () {
        const own = conversationId === null ? "" : "AND conversation_id = ?";
        const row = yield* one(
          `SELECT COALESCE(SUM(input_tokens + output_tokens), 0) AS tokens FROM usages WHERE workspace_id = ? AND at >= ? ${own}`,
          scope(workspaceId),
          Date.parse(since),
          ...(conversationId === null ? [] : [conversationId]),
        );
        return row ? number(row, "tokens") : 0;
      }),
    gauges: () =>
      db.read(function* () {
        const now = clock.now();
        const count = function* (sql: string, ...params: number[]) {
          const row = yield* one(sql, ...params);
          return row ? number(row, "count") : 0;
        };
        const oldest = yield* one(
          "SELECT MIN(created_at) AS at FROM effects WHERE state IN ('pending', 'running', 'unknown', 'asked') AND state <> 'asked'",
        );
        return {
          mailboxDue: yield* count("SELECT COUNT(*) AS count FROM conversations WHERE due_at <= ?", now),
          outboxPending: yield* count(
            "SELECT COUNT(*) AS count FROM effects WHERE state IN ('pending', 'running', 'unknown', 'asked') AND state IN ('pending', 'running')",
          ),
          outboxUnknown: yield* count(
            "SELECT COUNT(*) AS count FROM effects WHERE state IN ('pending', 'running', 'unknown', 'asked') AND state IN ('unknown', 'asked')",
          ),
          quarantined: yield* count("SELECT COUNT(*) AS count FROM events WHERE status = 'quarantined'"),
          timers: yield* count("SELECT COUNT(*) AS count FROM conversations WHERE timer_due_at IS NOT NULL"),
          oldestOutboxAt: oldest ? isoOrNull(oldest, "at") : null,
        };
      }),
    doctor: () => db.read(() => doctor({ now: clock.now(), dialect: db.dialect })),
    alive: () =>
      db.write(function* () {
        const now = clock.now();
        const row = yield* one("SELECT value FROM facts WHERE key = 'alive'");
        // Set back while nobody was there.
        const aheadMs = row ? Number(text(row, "value")) - now : 0;
        if (db.dialect === "sqlite" && aheadMs > SET_BACK_MS) yield* dueAgain(context, -aheadMs, now);
        yield* setFact("alive", String(now));
        return row ? Math.max(0, now - Number(text(row, "value"))) : 0;
      }),
  };
}

/** The clock went back: mail and sends do not wait until it is as late as it was. Timers do: they mean the clock (C-8). */
function* dueAgain(context: Context, jumpMs: number, now: number): Script<void> {
  yield* put("UPDATE events SET available_at = ? WHERE status = 'pending' AND available_at > ?", now, now);
  yield* put("UPDATE conversations SET due_at = ? WHERE due_at > ?", now, now);
  // Of several machines the others have the right time.
  if (context.db.dialect === "postgres") return;
  yield* put(
    "UPDATE effects SET due_at = max(?, due_at + ?) WHERE state IN ('pending', 'unknown') AND due_at > ?",
    now,
    jumpMs,
    now,
  );
}

function* setFact(key: string, value: string) {
  yield* put(
    "INSERT INTO facts (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    key,
    value,
  );
}

function noticeOf(row: Row): Notice {
  return {
    id: text(row, "id"),
    at: iso(row, "at"),
    severity: text(row, "severity") as Notice["severity"],
    code: text(row, "code"),
    text: text(row, "text"),
    accountId: textOrNull(row, "account_id") as ChannelAccountId | null,
    conversationId: textOrNull(row, "conversation_id") as ConversationId | null,
    facts: json<Json>(row, "facts"),
  };
}
