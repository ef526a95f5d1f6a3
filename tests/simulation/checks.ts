import type Sqlite from "better-sqlite3";
import type { Parcel } from "./deliveries.ts";
import { holds } from "./failure.ts";
import type { Simulation } from "./simulation.ts";
import { CANARY } from "./world.ts";

const prepared = new WeakMap<Sqlite.Database, Map<string, Sqlite.Statement>>();

function rows(
  db: Sqlite.Database,
  sql: string,
  ...params: readonly (string | number)[]
): readonly Record<string, never>[] {
  const known = prepared.get(db) ?? new Map<string, Sqlite.Statement>();
  prepared.set(db, known);
  const statement = known.get(sql) ?? db.prepare(sql);
  known.set(sql, statement);
  return statement.all(...params) as readonly Record<string, never>[];
}

const OPEN_HEAD = `e.state IN ('pending', 'unknown') AND (e.type <> 'send' OR (
    NOT EXISTS (SELECT 1 FROM effects p WHERE p.workspace_id = e.workspace_id AND p.conversation_id = e.conversation_id
      AND p.type = 'send' AND p.state IN ('pending', 'running', 'unknown', 'asked') AND p.ord < e.ord)
    AND EXISTS (SELECT 1 FROM channel_accounts a WHERE a.workspace_id = e.workspace_id AND a.id = e.account_id AND a.status = 'active')))`;

/** The next true moment at which the engine has something to do by its own clock; now, when something is due already. */
export function nextMomentOf(db: Sqlite.Database, wall: number, now: number): number {
  const [row] = rows(
    db,
    `SELECT MIN(at) AS at FROM (SELECT MIN(due_at) AS at FROM conversations UNION ALL SELECT MIN(timer_due_at) FROM conversations
       UNION ALL SELECT MIN(due_at) FROM effects e WHERE ${OPEN_HEAD})`,
  );
  const at = row?.at as number | null | undefined;
  return at === null || at === undefined ? Number.POSITIVE_INFINITY : now + Math.max(0, at - wall);
}

/** I1, I2: what was acknowledged is stored, each message once. */
export function checkAcked(db: Sqlite.Database, parcels: readonly Parcel[]): void {
  for (const { expected, label } of parcels) {
    for (const { accountId, dedupeKey, externalId } of expected) {
      const known = rows(db, "SELECT 1 FROM dedupe_keys WHERE scope = ? AND key = ?", accountId, dedupeKey);
      holds(known.length > 0, "I1", () => `${label} was acknowledged, but ${dedupeKey} is not stored`);
      if (externalId === undefined) continue;
      const messages = rows(
        db,
        "SELECT id FROM messages WHERE account_id = ? AND external_id = ? AND direction = 'in'",
        accountId,
        externalId,
      );
      holds(messages.length > 0, "I1", () => `${label} was acknowledged, but ${externalId} is in no thread`);
      holds(messages.length === 1, "I2", () => `${externalId} is ${messages.length} times in a thread`);
    }
  }
}

/** I13: what is neither ended nor waits for people or for its time; one line each. */
export function checkQuiet({ db, wall }: Simulation): readonly string[] {
  const now = wall();
  const events = rows(
    db,
    `SELECT e.conversation_id || '#' || e.seq AS what FROM conversations c JOIN events e
       ON e.workspace_id = c.workspace_id AND e.conversation_id = c.id AND e.seq > c.applied_seq LIMIT 5`,
  );
  const effects = rows(
    db,
    "SELECT id || ' ' || state || ' since ' || due_at || ' attempts ' || attempts AS what FROM effects WHERE state IN ('pending', 'running', 'unknown', 'asked') LIMIT 5",
  );
  const timers = rows(
    db,
    "SELECT timers || ' of ' || id AS what FROM conversations WHERE timer_due_at <= ? LIMIT 5",
    now - 60_000,
  );
  return [
    ...events.map(({ what }) => `event ${what}`),
    ...effects.map(({ what }) => `effect ${what}`),
    ...timers.map(({ what }) => `timer ${what}`),
  ];
}

const CROSSED: readonly (readonly [string, string])[] = [
  ["messages", "conversation_id"],
  ["events", "conversation_id"],
  ["effects", "conversation_id"],
  ["runs", "conversation_id"],
  ["steps", "conversation_id"],
];

/** Everything that a database shows at rest (I1 … I16), and what the provider's log says about it. */
export function checkAll(simulation: Simulation, heard: readonly string[]): void {
  const { db, oracle } = simulation;
  for (const [table, column] of CROSSED) {
    const [row] = rows(
      db,
      `SELECT t.${column} AS id FROM ${table} t WHERE NOT EXISTS (SELECT 1 FROM conversations c WHERE c.workspace_id = t.workspace_id AND c.id = t.${column}) LIMIT 1`,
    );
    holds(row === undefined, "I14", () => `a row of ${table} belongs to ${row?.id} of another workspace`);
  }
  const [stranger] = rows(
    db,
    `SELECT c.id FROM conversations c WHERE NOT EXISTS (SELECT 1 FROM contacts p WHERE p.workspace_id = c.workspace_id AND p.id = c.contact_id)
       OR NOT EXISTS (SELECT 1 FROM channel_accounts a WHERE a.workspace_id = c.workspace_id AND a.id = c.account_id) LIMIT 1`,
  );
  holds(stranger === undefined, "I14", () => `${stranger?.id} has a contact or an account of another workspace`);
  for (const id of heard) {
    const found = rows(db, "SELECT 1 FROM messages WHERE id = ?", id);
    holds(found.length === 1, "I1", () => `the agent's message ${id} is not there`);
  }
  for (const effect of oracle.effects.values()) {
    if (effect.type !== "send") continue;
    const channel = oracle.conversations.get(effect.conv)?.channel;
    if (effect.state !== "done" || channel === "web" || effect.settledByHand) continue;
    holds(effect.taken > 0, "lost", () => `${effect.id} counts as sent, but no provider took it`);
  }
  // A reaction is no utterance, also when it was taken back or edited since.
  const [unheard] = rows(
    db,
    `SELECT m.id FROM messages m WHERE m.direction = 'in' AND m.content NOT LIKE '{"type":"reaction"%'
       AND m.content NOT LIKE '%"revoked"%' AND m.text <> 'corrigé' AND NOT EXISTS (
       SELECT 1 FROM events e WHERE e.workspace_id = m.workspace_id AND e.conversation_id = m.conversation_id AND e.type = 'message'
         AND json_extract(e.payload, '$.messageId') = m.id) LIMIT 1`,
  );
  holds(unheard === undefined, "I1", () => `no event speaks of ${unheard?.id}`);
  const [unfair] = rows(
    db,
    `SELECT m.id FROM messages m JOIN effects e ON e.workspace_id = m.workspace_id AND 'msg_' || substr(e.id, 5) = m.id
     WHERE e.type = 'send' AND ((e.state = 'done' AND m.status IN ('queued', 'cancelled')) OR (e.state = 'cancelled' AND m.status <> 'cancelled')
       OR (e.state = 'failed' AND m.status IN ('queued', 'cancelled'))) LIMIT 1`,
  );
  holds(unfair === undefined, "I15", () => `${unfair?.id} shows another end than its effect had`);
  if (simulation.seed % 16 === 0)
    holds(!db.serialize().includes(CANARY), "I16", () => "a secret is readable in the database");
}
