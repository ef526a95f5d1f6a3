import { performance } from "node:perf_hooks";
import { zstdCompressSync } from "node:zlib";
import type { Keep, Retention, SweepSlice } from "../ports.ts";
import type { Context } from "./context.ts";
import { all, one, put, type Row, type Script, text } from "./sql.ts";
import { type Place, placeAfter, rowsAfter } from "./walk.ts";

const DAY_MS = 86_400_000;
/** A slice holds the writer for about this long; the next one is made larger or smaller by it. PostgreSQL has many writers. */
const SLICE_MS = { sqlite: 5, postgres: 25 } as const;
const FIRST_ROWS = 100;
const FEWEST_ROWS = 10;
const MOST_ROWS = 500;
/** Every table is walked through this often. */
const EVERY_MS = 6 * 3_600_000;
/** Whoever walks says so; after this time of silence another process may. */
const LEASE_MS = 10 * 60_000;
/** Who did what is asked for after the year's end, too. */
const AUDIT_MS = 400 * DAY_MS;
/** What every zstd frame begins with; no provider's body does. */
const ZSTD = new Uint8Array([0x28, 0xb5, 0x2f, 0xfd]);

/** A table that grows for ever, and which of its rows have had their day. */
interface Rule {
  readonly table: string;
  readonly key: readonly string[];
  /** Condition on row `x`; `?`: the moment before which it happened. */
  readonly old: string;
  readonly before: (keep: Keep, now: number) => number;
  /** Rows that go with one that goes: table and the columns that name it. */
  readonly with?: { readonly table: string; readonly key: readonly [string, string] };
}

const history = (keep: Keep, now: number): number => (keep.historyDays === 0 ? 0 : now - keep.historyDays * DAY_MS);
const raw = (keep: Keep, now: number): number => (keep.rawDays === 0 ? 0 : now - keep.rawDays * DAY_MS);

/** Messages, contacts, orders, notes and published flows stay for ever. */
const RULES: readonly Rule[] = [
  { table: "raw_deliveries", key: ["workspace_id", "id"], old: "x.received_at < ?", before: raw },
  { table: "set_aside", key: ["workspace_id", "id"], old: "x.received_at < ?", before: raw },
  {
    table: "dedupe_keys",
    key: ["workspace_id", "scope", "key"],
    old: "x.at < ?",
    before: (keep, now) => now - keep.keyDays * DAY_MS,
  },
  {
    table: "effects",
    key: ["workspace_id", "id"],
    old: "x.created_at < ? AND x.state IN ('done', 'failed', 'cancelled')",
    before: history,
    with: { table: "attempts", key: ["workspace_id", "effect_id"] },
  },
  {
    table: "events",
    key: ["workspace_id", "conversation_id", "seq"],
    // Only from the front, and never the last one: what is left has no gap, and doctor sees that it has none (I3).
    old: `x.created_at < ? AND x.status <> 'quarantined'
      AND x.seq < (SELECT c.applied_seq FROM conversations c WHERE c.workspace_id = x.workspace_id AND c.id = x.conversation_id)
      AND NOT EXISTS (SELECT 1 FROM events p WHERE p.workspace_id = x.workspace_id AND p.conversation_id = x.conversation_id
        AND p.seq < x.seq AND (p.status = 'quarantined' OR p.created_at >= ?))`,
    before: history,
  },
  {
    table: "steps",
    key: ["workspace_id", "conversation_id", "version"],
    old: "x.created_at < ?",
    before: history,
  },
  {
    table: "runs",
    key: ["workspace_id", "id"],
    old: "x.updated_at < ? AND x.status IN ('done', 'failed')",
    before: history,
  },
  {
    table: "orphan_statuses",
    key: ["workspace_id", "account_id", "external_id", "status"],
    old: "x.at < ?",
    before: history,
  },
  { table: "notices", key: ["workspace_id", "id"], old: "x.at < ?", before: history },
  { table: "usages", key: ["workspace_id", "id"], old: "x.at < ?", before: history },
  { table: "uploads", key: ["workspace_id", "account_id", "key"], old: "x.expires_at < ?", before: (_, now) => now },
  { table: "sessions", key: ["workspace_id", "id"], old: "x.expires_at < ?", before: (_, now) => now },
  { table: "links", key: ["workspace_id", "id"], old: "x.expires_at < ?", before: (_, now) => now },
  { table: "audit_entries", key: ["workspace_id", "id"], old: "x.at < ?", before: (_, now) => now - AUDIT_MS },
  { table: "processes", key: ["id"], old: "x.beat_at < ?", before: (_, now) => now - DAY_MS },
];

/** Who walks through the tables, and when it was last done. */
interface PurgeFact {
  readonly by: string;
  readonly until: number;
  readonly doneAt: number;
}

/** Removes what has had its day, in slices so small that nobody waits for them; one process at a time. */
export function retention(context: Context): Retention {
  const { db, clock } = context;
  let at: {
    readonly now: number;
    readonly rule: number;
    readonly place: Place;
    readonly leaseAt: number;
  } | null = null;
  const sliceMs = SLICE_MS[db.dialect];
  let rows = FIRST_ROWS;

  const lease = (doneAt: number | null): Promise<boolean> =>
    db.write(() => takeLease(context.processId, clock.now(), doneAt));

  return {
    async slice(keep): Promise<SweepSlice> {
      const now = clock.now();
      if (!at) {
        if (!(await lease(null))) return { removed: {}, compressed: 0, nextAt: now + LEASE_MS, heldMs: 0 };
        await db.write(() => rememberPurged(history(keep, now)));
        at = { now, rule: 0, place: null, leaseAt: now };
      } else if (now - at.leaseAt > LEASE_MS / 2) {
        if (!(await lease(null))) {
          at = null;
          return { removed: {}, compressed: 0, nextAt: now + LEASE_MS, heldMs: 0 };
        }
        at = { ...at, leaseAt: now };
      }
      const place = at;
      const rule = RULES[place.rule];
      if (!rule) {
        at = null;
        await lease(now);
        return { removed: {}, compressed: 0, nextAt: now + EVERY_MS, heldMs: 0 };
      }
      const before = rule.before(keep, place.now);
      const packed = keep.compressRawAfterDays === 0 ? 0 : place.now - keep.compressRawAfterDays * DAY_MS;
      const size = rows;
      const startedAt = performance.now();
      const page = await db.read(() => look(rule, place.place, size, before, packed));
      let heldMs = performance.now() - startedAt;
      if (page.old) heldMs += await db.write(() => timed(() => remove(rule, place.place, size, before)));
      for (const row of page.bodies) heldMs = Math.max(heldMs, await db.write(() => timed(() => pack(row))));
      rows =
        heldMs > sliceMs * 0.6
          ? Math.max(FEWEST_ROWS, rows >> 1)
          : heldMs < sliceMs * 0.2
            ? Math.min(MOST_ROWS, rows * 2)
            : rows;
      at = page.next ? { ...place, place: page.next } : { ...place, rule: place.rule + 1, place: null };
      return {
        removed: page.old > 0 ? { [rule.table]: page.old } : {},
        compressed: page.bodies.length,
        nextAt: now,
        heldMs,
      };
    },
  };
}

interface Looked {
  /** Null: the table is through. */
  readonly next: Place;
  readonly old: number;
  readonly bodies: readonly Row[];
}

function* look(rule: Rule, place: Place, rows: number, before: number, packed: number): Script<Looked> {
  const [page, ends] = rowsAfter(rule, place, rows);
  const counted = yield* one(
    `SELECT COUNT(*) AS count FROM ${page} x WHERE ${rule.old}`,
    ...ends,
    ...momentsOf(rule, before),
  );
  const bodies =
    rule.table === "raw_deliveries" && packed > 0
      ? yield* all(
          `SELECT x.workspace_id, x.id, x.body FROM ${page} x WHERE x.received_at < ? AND x.received_at >= ? AND substr(x.body, 1, 4) <> ?`,
          ...ends,
          packed,
          before,
          ZSTD,
        )
      : [];
  return { next: yield* placeAfter(rule, place, rows), old: Number(counted?.count ?? 0), bodies };
}

function* remove(rule: Rule, place: Place, rows: number, before: number): Script<void> {
  const [page, ends] = rowsAfter(rule, place, rows);
  const old = `SELECT ${rule.key.map((name) => `x.${name}`).join(", ")} FROM ${page} x WHERE ${rule.old}`;
  const values = [...ends, ...momentsOf(rule, before)];
  if (rule.with) {
    const { table, key } = rule.with;
    yield* put(`DELETE FROM ${table} WHERE (${key.join(", ")}) IN (${old})`, ...values);
  }
  yield* put(`DELETE FROM ${rule.table} WHERE (${rule.key.join(", ")}) IN (${old})`, ...values);
}

function momentsOf({ old }: Rule, before: number): readonly number[] {
  return [...old.matchAll(/\?/g)].map(() => before);
}

/** A body that was not asked for in a week is kept smaller; `zstd -d` shows it. */
function* pack(row: Row): Script<void> {
  const body = row.body;
  if (!(body instanceof Uint8Array)) return;
  yield* put(
    "UPDATE raw_deliveries SET body = ? WHERE workspace_id = ? AND id = ?",
    zstdCompressSync(body),
    text(row, "workspace_id"),
    text(row, "id"),
  );
}

/** How long a script held the writer, in milliseconds. */
function* timed(script: () => Script<void>): Script<number> {
  const startedAt = performance.now();
  yield* script();
  return performance.now() - startedAt;
}

function* takeLease(processId: string, now: number, doneAt: number | null): Script<boolean> {
  const none: PurgeFact = { by: "", until: 0, doneAt: 0 };
  yield* put("INSERT INTO facts (key, value) VALUES ('purge', ?) ON CONFLICT (key) DO NOTHING", JSON.stringify(none));
  const row = yield* one("SELECT value FROM facts WHERE key = 'purge' /*lock*/");
  // Written here, from the same type.
  const fact = JSON.parse(row ? text(row, "value") : "{}") as PurgeFact;
  const mine = fact.by === processId;
  if (!mine && (fact.until > now || fact.doneAt > now - EVERY_MS)) return false;
  const next: PurgeFact =
    doneAt === null ? { ...fact, by: processId, until: now + LEASE_MS } : { by: "", until: 0, doneAt };
  yield* put("UPDATE facts SET value = ? WHERE key = 'purge'", JSON.stringify(next));
  return true;
}

/** Doctor must know which history may be missing. */
function* rememberPurged(before: number): Script<void> {
  if (before <= 0) return;
  const row = yield* one("SELECT value FROM facts WHERE key = 'purgedBefore' /*lock*/");
  if (row && Number(text(row, "value")) >= before) return;
  yield* put(
    "INSERT INTO facts (key, value) VALUES ('purgedBefore', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    String(before),
  );
}
