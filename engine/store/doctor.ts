import { all, type Row, type Script, text } from "./sql.ts";

/** Broken rows that are named at most, per promise. */
const MOST = 20;

interface Check {
  readonly invariant: string;
  readonly message: string;
  /** Gives the ids of rows that break the promise, as `id`. */
  readonly sql: string;
}

/** What a live database can show of the promises I1 … I16 (the others are shown by simulation). */
const CHECKS: readonly Check[] = [
  {
    invariant: "I3",
    message: "the mailbox of this conversation has a gap, or events were applied out of order",
    sql: `SELECT c.id FROM conversations c WHERE c.last_seq <> (SELECT COUNT(*) FROM events e WHERE e.workspace_id = c.workspace_id AND e.conversation_id = c.id)
          OR EXISTS (SELECT 1 FROM events e WHERE e.workspace_id = c.workspace_id AND e.conversation_id = c.id
            AND ((e.seq <= c.applied_seq AND e.status = 'pending') OR (e.seq > c.applied_seq AND e.status <> 'pending')))`,
  },
  {
    invariant: "I4",
    message: "the version of this conversation is not the number of its applied events",
    sql: "SELECT id FROM conversations WHERE version <> applied_seq",
  },
  {
    invariant: "I6",
    message: "this effect belongs to no step of its conversation",
    sql: `SELECT e.id FROM effects e WHERE NOT EXISTS (SELECT 1 FROM conversations c WHERE c.workspace_id = e.workspace_id AND c.id = e.conversation_id)`,
  },
  {
    invariant: "I7",
    message: "more than one result of this effect was applied",
    sql: "SELECT effect_id AS id FROM attempts WHERE outcome IN ('done', 'evidence') GROUP BY workspace_id, effect_id HAVING COUNT(*) > 1",
  },
  {
    invariant: "I8",
    message: "this effect counts more attempts than are on record",
    sql: `SELECT e.id FROM effects e WHERE e.attempts <> (SELECT COUNT(*) FROM attempts a WHERE a.workspace_id = e.workspace_id AND a.effect_id = e.id)`,
  },
  {
    invariant: "I9",
    message: "this message was sent again after an unknown outcome, but is not marked as maybe sent twice",
    sql: `SELECT m.id FROM messages m JOIN attempts a ON a.workspace_id = m.workspace_id AND a.effect_id = 'eff_' || substr(m.id, 5)
          WHERE m.maybe_duplicate = 0 AND a.outcome IN ('unknown', 'interrupted')
            AND EXISTS (SELECT 1 FROM attempts b WHERE b.workspace_id = a.workspace_id AND b.effect_id = a.effect_id AND b.n > a.n)`,
  },
  {
    invariant: "I12",
    message: "this message left before an earlier one of its conversation",
    sql: `SELECT e.id FROM effects e WHERE e.type = 'send' AND e.state = 'done' AND EXISTS (
            SELECT 1 FROM effects p WHERE p.workspace_id = e.workspace_id AND p.conversation_id = e.conversation_id
              AND p.type = 'send' AND p.ord < e.ord AND p.state IN ('pending', 'running'))`,
  },
  {
    invariant: "I13",
    message: "this conversation has mail to apply but nothing will wake it",
    sql: "SELECT id FROM conversations WHERE last_seq > applied_seq AND due_at IS NULL",
  },
  {
    invariant: "I14",
    message: "this row points to something of another workspace",
    sql: `SELECT m.id FROM messages m WHERE NOT EXISTS (SELECT 1 FROM conversations c WHERE c.workspace_id = m.workspace_id AND c.id = m.conversation_id)`,
  },
  {
    invariant: "I15",
    message: "the thread of this conversation does not have the messages it counts",
    sql: `SELECT c.id FROM conversations c WHERE c.last_position <> (
            SELECT COUNT(*) FROM messages m WHERE m.workspace_id = c.workspace_id AND m.conversation_id = c.id)`,
  },
];

/** One line per broken promise; none: sound. */
export function* doctor(): Script<
  readonly { readonly invariant: string; readonly message: string; readonly ids: readonly string[] }[]
> {
  const found: { readonly invariant: string; readonly message: string; readonly ids: readonly string[] }[] = [];
  for (const { invariant, message, sql } of CHECKS) {
    const rows: readonly Row[] = yield* all(`${sql} LIMIT ${MOST}`);
    if (rows.length > 0) found.push({ invariant, message, ids: rows.map((row) => text(row, "id")) });
  }
  return found;
}
