import { chmodSync, closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import Sqlite from "better-sqlite3";
import pg from "pg";
import { fileOf, isPostgres } from "./address.ts";
import { type CopyOptions, copyTables, postgresSnapshot, sqliteInsert, sqliteSnapshot, tablesOf } from "./copy.ts";
import { knownVersion, migrateSqliteTo, refuseNewer } from "./migrate.ts";
import { holdFile } from "./sqlite.ts";

const BUSY_MS = 5000;
/** PostgreSQL: a process that gave a sign of life within this time is running. */
const ALIVE_MS = 15_000;

/** What a backup says of itself, as the fact `backup` inside it. */
export interface BackupFact {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly from: "sqlite" | "postgres";
  /** A server was running: it may have gone on after this moment. */
  readonly live: boolean;
}

export interface BackupReport {
  readonly file: string;
  readonly sizeBytes: number;
  readonly version: number;
  readonly live: boolean;
  readonly rows: ReadonlyMap<string, number>;
}

/**
 * Copies a database as it is at this moment into one SQLite file, whatever the source and also while the server runs.
 * The file has its name only when it is whole, checked and on disk. Throws a sentence when that cannot be.
 */
export async function backup(
  databaseUrl: string,
  file: string,
  now: number,
  options: CopyOptions = {},
): Promise<BackupReport> {
  const made = await copyTo(databaseUrl, file, now, options);
  // The backup is there; that it is remembered is for doctor only.
  await remember(databaseUrl, now).catch(() => {});
  return made;
}

async function copyTo(databaseUrl: string, file: string, now: number, options: CopyOptions): Promise<BackupReport> {
  const whole = resolve(file);
  if (existsSync(whole)) throw new Error(`${file} is there already: name another file, nothing was written.`);
  if (!isPostgres(databaseUrl) && !existsSync(fileOf(databaseUrl)))
    throw new Error(`There is no database at ${fileOf(databaseUrl)}.`);
  const part = `${whole}.part`;
  removeFile(part);
  const live = await isLive(databaseUrl, now);
  const source = isPostgres(databaseUrl) ? await postgresSnapshot(databaseUrl) : sqliteSnapshot(fileOf(databaseUrl));
  try {
    if (source.version === 0) throw new Error("The database is empty: there is nothing to back up.");
    refuseNewer(source.version, knownVersion());
    const fact: BackupFact = { at: now, from: source.dialect, live };
    const target = new Sqlite(part);
    let rows: ReadonlyMap<string, number>;
    try {
      // Until the file has its name nobody relies on it: it is written fast, then synced once.
      target.pragma("journal_mode = MEMORY");
      target.pragma("synchronous = OFF");
      migrateSqliteTo(target, source.version);
      const indexes = withoutIndexes(target);
      rows = await copyTables(tablesOf(target), source, sqliteInsert(target), options);
      for (const sql of indexes) target.exec(sql);
      setFact(target, "backup", JSON.stringify(fact));
      checkWhole(target, rows);
    } finally {
      target.close();
    }
    options.signal?.throwIfAborted();
    chmodSync(part, 0o600);
    syncPath(part);
    renameSync(part, whole);
    syncPath(dirname(whole));
    return { file: whole, sizeBytes: statSync(whole).size, version: source.version, live, rows };
  } catch (error) {
    removeFile(part);
    throw error;
  } finally {
    await source.close();
  }
}

/** Whether a server works on this database now. */
export async function isLive(databaseUrl: string, now: number): Promise<boolean> {
  if (isPostgres(databaseUrl)) return (await beatOf(databaseUrl)) > now - ALIVE_MS;
  try {
    holdFile(fileOf(databaseUrl))();
    return false;
  } catch {
    return true;
  }
}

async function beatOf(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string | null }>("SELECT to_regclass('processes') AS name");
    if (!tables[0]?.name) return 0;
    const { rows } = await client.query<{ beat: number | null }>("SELECT MAX(beat_at) AS beat FROM processes");
    return Number(rows[0]?.beat ?? 0);
  } finally {
    await client.end();
  }
}

/** Takes the indexes away that are no keys, for the time of a copy; returns how to make them again. */
function withoutIndexes(db: Sqlite.Database): readonly string[] {
  const indexes = db
    .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL")
    .all() as readonly { readonly name: string; readonly sql: string }[];
  for (const { name } of indexes) db.exec(`DROP INDEX "${name}"`);
  return indexes.map(({ sql }) => sql);
}

function setFact(db: Sqlite.Database, key: string, value: string): void {
  db.prepare("INSERT INTO facts (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value").run(
    key,
    value,
  );
}

/** A copy that nobody has looked at is a hope: structure and row counts must be right before it counts as a backup. */
function checkWhole(db: Sqlite.Database, rows: ReadonlyMap<string, number>): void {
  const verdict = db.pragma("integrity_check", { simple: true });
  if (verdict !== "ok") throw new Error(`The copy is damaged (${String(verdict)}): try again, on another disk.`);
  for (const [table, count] of rows) {
    if (table === "facts") continue;
    const found = db.prepare(`SELECT COUNT(*) FROM "${table}"`).pluck().get();
    if (found !== count) throw new Error(`The copy has ${found} of ${count} rows in ${table}: try again.`);
  }
}

/** When the last backup was made, for doctor. */
async function remember(databaseUrl: string, now: number): Promise<void> {
  const sql =
    "INSERT INTO facts (key, value) VALUES ('backupAt', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
  if (isPostgres(databaseUrl)) {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    await client.query(sql.replace("?", "$1"), [String(now)]).finally(() => client.end());
    return;
  }
  const db = new Sqlite(fileOf(databaseUrl), { timeout: BUSY_MS });
  try {
    db.pragma("synchronous = FULL");
    db.prepare(sql).run(String(now));
  } finally {
    db.close();
  }
}

/** What was written to a file or folder is on disk when this returns. */
export function syncPath(path: string): void {
  const handle = openSync(path, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Removes a SQLite file with everything that belongs to it. */
export function removeFile(file: string): void {
  for (const suffix of ["", "-journal", "-wal", "-shm"]) rmSync(`${file}${suffix}`, { force: true });
}
