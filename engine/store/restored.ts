import type { ChannelType } from "../core/domain/channel.ts";
import type { WorkspaceId } from "../core/domain/ids.ts";
import { messageIdOf } from "../core/domain/ids.ts";
import { recordAttempt } from "./attempts.ts";
import type { BackupFact } from "./backup.ts";
import { heldState } from "./held.ts";
import { effectOfRow } from "./rows.ts";
import { all, number, numberOrNull, one, put, type Row, type Script, text } from "./sql.ts";
import { type Making, setMessageStatus } from "./threads.ts";
import { fireTimers } from "./timers.ts";

const PAGE_ROWS = 500;

/** What a restore found under way, for the operator. */
export interface RestoreCounts {
  /** Messages that the old installation may have sent: a person decides. */
  readonly asked: number;
  /** The same, but too old to be sent by anybody: marked as failed. */
  readonly expired: number;
  /** Web services whose outcome nobody knows: their flows go on by the exit for that. */
  readonly unknown: number;
  /** Alerts and notifications that are not sent again. */
  readonly dropped: number;
  /** What is harmless to do once more. */
  readonly again: number;
  /** Events that wait in mailboxes, overdue timers among them: applied, but what the bot says to them waits for a person. */
  readonly mail: number;
  /** Timers that will fire when they are due. */
  readonly timers: number;
}

/** Until this moment another installation may have acted on what is in this database. */
export interface RestoredFact {
  readonly at: number;
  readonly backupAt: number;
}

/** Makes a copy safe to go on with: nothing that may have been sent leaves a second time, everything else goes on. */
export function* settleRestored(
  making: Making,
  how: { readonly now: number; readonly backup: BackupFact; readonly move: boolean },
): Script<RestoreCounts> {
  const { now, backup, move } = how;
  yield* put("DELETE FROM processes");
  yield* put("DELETE FROM facts WHERE key IN ('backup', 'restored', 'writable')");
  const counts = { asked: 0, expired: 0, unknown: 0, dropped: 0, again: 0, mail: 0, timers: 0 };
  if (!move) {
    const fact: RestoredFact = { at: now, backupAt: backup.at };
    yield* put("INSERT INTO facts (key, value) VALUES ('restored', ?)", JSON.stringify(fact));
    yield* holdEffects(counts, now);
    yield* fireOverdue(making, now);
  }
  counts.mail = yield* countOf(
    "SELECT COALESCE(SUM(last_seq - applied_seq), 0) AS count FROM conversations WHERE due_at IS NOT NULL",
  );
  counts.timers = yield* countOf("SELECT COUNT(*) AS count FROM conversations WHERE timer_due_at IS NOT NULL");
  for (const row of yield* all("SELECT id FROM workspaces"))
    yield* put(
      "INSERT INTO notices (workspace_id, id, at, severity, code, text, facts) VALUES (?, ?, ?, ?, 'database.restored', ?, ?)",
      text(row, "id"),
      making.ids.make("event"),
      now,
      counts.asked > 0 ? "warning" : "info",
      sentenceOf(counts, backup, move),
      JSON.stringify(counts),
    );
  return counts;
}

function* holdEffects(counts: { -readonly [K in keyof RestoreCounts]: number }, now: number): Script<void> {
  let after: readonly [string, string] = ["", ""];
  for (;;) {
    const rows: readonly Row[] = yield* all(
      `SELECT e.*, a.channel FROM effects e JOIN channel_accounts a ON a.workspace_id = e.workspace_id AND a.id = e.account_id
       WHERE e.state IN ('pending', 'running', 'unknown') AND (e.workspace_id, e.id) > (?, ?) ORDER BY e.workspace_id, e.id LIMIT ${PAGE_ROWS}`,
      ...after,
    );
    const last = rows[rows.length - 1];
    if (!last) return;
    for (const row of rows) yield* holdEffect(row, counts, now);
    after = [text(last, "workspace_id"), text(last, "id")];
  }
}

function* holdEffect(row: Row, counts: { -readonly [K in keyof RestoreCounts]: number }, now: number): Script<void> {
  const effect = effectOfRow(row);
  const { workspaceId, id } = effect;
  const held = heldState(effect.effect, text(row, "channel") as ChannelType);
  const expired = held === "asked" && (numberOrNull(row, "expires_at") ?? Number.POSITIVE_INFINITY) <= now;
  const state = expired ? "failed" : held;
  if (text(row, "state") === "running")
    yield* recordAttempt(workspaceId, id, number(row, "attempts"), { at: now, outcome: "interrupted", error: null });
  const error = JSON.stringify({ code: "unknownOutcome", detail: "restored from a backup" });
  yield* put(
    "UPDATE effects SET state = ?, due_at = ?, error = ? WHERE workspace_id = ? AND id = ?",
    state,
    state === "pending" ? Math.max(number(row, "due_at"), now) : now,
    state === "pending" ? (text(row, "state") === "running" ? null : (row.error ?? null)) : error,
    workspaceId,
    id,
  );
  if (expired) {
    counts.expired++;
    yield* setMessageStatus(workspaceId as WorkspaceId, messageIdOf(id), "failed", { code: "unknownOutcome" });
  } else if (state === "failed") counts.dropped++;
  else if (state === "pending") counts.again++;
  else counts[state]++;
}

/** Timers that were due before now may have fired at the old installation: their events carry the moment of the restore. */
function* fireOverdue(making: Making, now: number): Script<void> {
  while ((yield* fireTimers(making, now, PAGE_ROWS)).length > 0);
}

function* countOf(sql: string): Script<number> {
  const row = yield* one(sql);
  return row ? number(row, "count") : 0;
}

function sentenceOf(counts: RestoreCounts, backup: BackupFact, move: boolean): string {
  const of = new Date(backup.at).toISOString();
  if (move) return `This database was moved here, as it was on ${of}.`;
  return (
    `This database was restored as it was on ${of}. ${counts.asked} messages may have been sent already and wait for a person's word; ` +
    `${counts.expired} were too old to be sent; ${counts.dropped} alerts were not sent again; ${counts.mail} events are applied without the bot's answers leaving unseen.`
  );
}
