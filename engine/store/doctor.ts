import type { Finding } from "../ports.ts";
import { CHECKS, type Check, type Moments, type TableName, WALKED } from "./doctor-checks.ts";
import { all, number, one, type Row, type Script, text } from "./sql.ts";
import { type Place, placeAfter, rowsAfter, type Walk } from "./walk.ts";

/** Broken rows that are named at most, per promise. */
const MOST = 20;
/** Rows that one statement looks at: short enough to let others in between, long enough to be quick. */
const PAGE_ROWS = 1000;
/** With `quick`, so many pages of each table, the newest first. */
const QUICK_PAGES = 10;
/** The server gives a sign of life every five seconds. */
const ALIVE_MS = 30_000;
const OVERDUE_MS = 10 * 60_000;
const STUCK_MS = 60 * 60_000;
/** A clock that is off by less does no harm. */
const AHEAD_MS = 60_000;

export interface DoctorOptions {
  readonly now: number;
  readonly dialect: "sqlite" | "postgres";
  /** Only the newest rows of each table. */
  readonly quick?: boolean;
  readonly progress?: (table: string, rows: number) => void;
}

/**
 * One line per broken promise; none: sound. Changes nothing. Every statement looks at one page of a table and finds the
 * rest by keys, so that neither size nor a running server matters.
 */
export function* doctor(options: DoctorOptions): Script<readonly Finding[]> {
  const moments = yield* momentsOf(options);
  const found = new Map<Check, string[]>();
  for (const table of Object.keys(WALKED) as TableName[]) {
    const checks = CHECKS.filter((check) => check.table === table);
    const walk: Walk = { table, key: WALKED[table].key, backwards: true };
    let place: Place = null;
    for (let n = 0; n === 0 || (place && !(options.quick && n >= QUICK_PAGES)); n++) {
      for (const check of checks) yield* look(check, walk, place, moments, found);
      options.progress?.(table, (n + 1) * PAGE_ROWS);
      place = yield* placeAfter(walk, place, PAGE_ROWS);
    }
  }
  return CHECKS.flatMap((check) => {
    const ids = found.get(check);
    return ids ? [{ invariant: check.invariant, message: check.message, advice: check.advice, ids }] : [];
  });
}

function* look(check: Check, walk: Walk, place: Place, moments: Moments, found: Map<Check, string[]>): Script<void> {
  const ids = found.get(check) ?? [];
  if (ids.length >= MOST) return;
  const [page, ends] = rowsAfter(walk, place, PAGE_ROWS);
  const broken = check.broken.replace(/\{(\w+)\}/g, "?");
  const used = [...check.broken.matchAll(/\{(\w+)\}/g)].map(([, name]) => moments[name as keyof Moments]);
  const rows: readonly Row[] = yield* all(
    `SELECT ${WALKED[check.table].id} AS id FROM ${page} x WHERE ${broken} LIMIT ${MOST}`,
    ...ends,
    ...used,
  );
  for (const row of rows) if (ids.length < MOST) ids.push(text(row, "id"));
  if (ids.length > 0) found.set(check, [...new Set(ids)]);
}

function* momentsOf({ now, dialect }: DoctorOptions): Script<Moments> {
  const alive = yield* factOf("alive");
  const runs = alive > now - ALIVE_MS;
  return {
    future: now + AHEAD_MS,
    overdue: runs ? now - OVERDUE_MS : 0,
    stuck: runs ? now - STUCK_MS : 0,
    purged: yield* factOf("purgedBefore"),
    skew: dialect === "postgres" ? 1000 : 0,
  };
}

/** A fact that is a number; 0: it is not known. */
export function* factOf(key: string): Script<number> {
  const row = yield* one("SELECT CAST(value AS bigint) AS value FROM facts WHERE key = ?", key);
  return row ? number(row, "value") : 0;
}
