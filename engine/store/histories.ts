import type { OutboxEffect } from "../core/domain/effect.ts";
import type { HistoryRows } from "../ports.ts";
import { recipientOf } from "./attempts.ts";
import type { Context } from "./context.ts";
import { effectOfRow } from "./rows.ts";
import { all, iso, one, put, scope, text } from "./sql.ts";

/** How far what a provider keeps of an account was read, and the sends that its list may settle. */
export function historyRows(context: Context): HistoryRows {
  const { db, clock } = context;
  return {
    take: (workspaceId, accountId, gapMs) =>
      db.write(function* () {
        const now = clock.now();
        yield* put(
          `INSERT INTO history_positions (workspace_id, account_id, read_until, looked_at) VALUES (?, ?, ?, 0)
           ON CONFLICT (workspace_id, account_id) DO NOTHING`,
          scope(workspaceId),
          accountId,
          now,
        );
        const rows = yield* all(
          `UPDATE history_positions SET looked_at = ? WHERE workspace_id = ? AND account_id = ? AND (looked_at <= ? OR looked_at > ?)
           RETURNING read_until`,
          now,
          workspaceId,
          accountId,
          now - gapMs,
          // The clock was set back: nobody can have looked later than now.
          now,
        );
        return rows[0] ? iso(rows[0], "read_until") : null;
      }),
    reached: (workspaceId, accountId, until) =>
      db.write(function* () {
        const at = Date.parse(until);
        yield* put(
          "UPDATE history_positions SET read_until = ? WHERE workspace_id = ? AND account_id = ? AND read_until < ?",
          at,
          scope(workspaceId),
          accountId,
          at,
        );
      }),
    unknown: (workspaceId, accountId) =>
      db.read(function* () {
        const rows = yield* all(
          `SELECT * FROM effects WHERE workspace_id = ? AND account_id = ? AND type = 'send' AND state IN ('unknown', 'asked')
           ORDER BY created_at LIMIT 1000`,
          scope(workspaceId),
          accountId,
        );
        const found = [];
        for (const row of rows) {
          const { id, contactId, effect, createdAt } = effectOfRow(row);
          const recipient = yield* recipientOf(context, workspaceId, accountId, contactId);
          const content = contentOf(effect);
          const attempt = yield* one(
            "SELECT MIN(started_at) AS started_at FROM attempts WHERE workspace_id = ? AND effect_id = ? AND outcome IN ('unknown', 'interrupted')",
            workspaceId,
            id,
          );
          const startedAt = attempt && attempt.started_at !== null ? iso(attempt, "started_at") : createdAt;
          if (content) found.push({ effectId: id, recipient, content, startedAt });
        }
        return found;
      }),
    known: (workspaceId, accountId, externalIds) =>
      db.read(function* () {
        const found = new Set<string>();
        for (const externalId of externalIds) {
          const row = yield* one(
            "SELECT external_id FROM messages WHERE workspace_id = ? AND external_id = ? AND account_id = ?",
            scope(workspaceId),
            externalId,
            accountId,
          );
          if (row) found.add(text(row, "external_id"));
        }
        return found;
      }),
  };
}

function contentOf(effect: OutboxEffect) {
  return effect.type === "send" ? effect.content : null;
}
