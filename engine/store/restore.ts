import {
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import Sqlite from "better-sqlite3";
import pg from "pg";
import type { Ids } from "../ports.ts";
import { fileOf, isPostgres } from "./address.ts";
import { type BackupFact, isLive, removeFile, syncPath } from "./backup.ts";
import { type CopyOptions, copyTables, postgresInsert, sqliteSnapshot, tablesOf } from "./copy.ts";
import {
  knownVersion,
  lockSchema,
  migratePostgresTo,
  migrateSqliteTo,
  postgresVersion,
  refuseNewer,
  sqliteVersion,
} from "./migrate.ts";
import { drive } from "./postgres.ts";
import { type RestoreCounts, settleRestored } from "./restored.ts";
import type { Script } from "./sql.ts";
import { databaseOver, holdFile } from "./sqlite.ts";

export interface RestoreOptions extends CopyOptions {
  /** Put the database that is there aside instead of refusing. */
  readonly replace: boolean;
  /** The installation that the backup is of has stopped for good before the backup: what waits there is sent from here. */
  readonly move: boolean;
}

export interface RestoreReport {
  readonly backup: BackupFact;
  /** Of the backup file; older ones were brought to this version. */
  readonly version: number;
  readonly rows: number;
  readonly counts: RestoreCounts;
  /** Where the database is that was there before; null: there was none. */
  readonly kept: string | null;
  /** One sealed secret of it, to tell whether the key here is the right one; null: it has none. */
  readonly sealed: { readonly value: string; readonly context: string } | null;
}

/**
 * Puts a backup into a SQLite file or a PostgreSQL database, all of it or nothing. Nothing that the old installation
 * may have sent is sent again. Throws a sentence when that cannot be.
 */
export async function restore(
  file: string,
  databaseUrl: string,
  at: { readonly now: number; readonly ids: Ids },
  options: RestoreOptions,
): Promise<RestoreReport> {
  const { fact, version } = look(file);
  if (options.move && fact.live)
    throw new Error(
      "The backup was made while a server was running, which may have gone on: stop it, make the backup again, then use --move.",
    );
  const into = isPostgres(databaseUrl) ? intoPostgres : intoSqlite;
  const done = await into(
    file,
    databaseUrl,
    (making) => settleRestored(making, { now: at.now, backup: fact, move: options.move }),
    at,
    options,
  );
  return { ...done, backup: fact, version };
}

type Into = Omit<RestoreReport, "backup" | "version">;
type Settle = (made: {
  readonly ids: Ids;
  readonly db: { readonly dialect: "sqlite" | "postgres" };
  readonly fresh: Set<string>;
}) => Script<RestoreCounts>;
type At = { readonly now: number; readonly ids: Ids };

/** Looks whether the file is a backup of ours, whole and not of a newer version. */
function look(file: string): { readonly fact: BackupFact; readonly version: number } {
  if (!existsSync(file)) throw new Error(`There is no file ${file}.`);
  const no = new Error(`${file} is not a backup made by "relais backup".`);
  const db = new Sqlite(file, { readonly: true, fileMustExist: true });
  try {
    const version = sqliteVersion(db);
    refuseNewer(version, knownVersion());
    const value = db.prepare("SELECT value FROM facts WHERE key = 'backup'").pluck().get();
    if (version === 0 || typeof value !== "string") throw no;
    const verdict = db.pragma("integrity_check", { simple: true });
    if (verdict !== "ok") throw new Error(`${file} is damaged (${String(verdict)}): take another backup.`);
    // Written by `backup` from the same type.
    return { fact: JSON.parse(value) as BackupFact, version };
  } catch (error) {
    if (error instanceof Sqlite.SqliteError) throw no;
    throw error;
  } finally {
    db.close();
  }
}

/** Makes the new file beside the old one, then swaps them in one rename. */
async function intoSqlite(
  backupFile: string,
  databaseUrl: string,
  settle: Settle,
  at: At,
  options: RestoreOptions,
): Promise<Into> {
  const file = resolve(fileOf(databaseUrl));
  mkdirSync(dirname(file), { recursive: true });
  const release = holdFile(file);
  const part = `${file}.restoring`;
  try {
    const filled = existsSync(file) && tidyAndCount(file) > 0;
    if (filled && !options.replace) throw new Error(isNotEmpty(file));
    removeFile(part);
    copyFileSync(backupFile, part, constants.COPYFILE_FICLONE);
    options.signal?.throwIfAborted();
    const db = new Sqlite(part);
    let counts: RestoreCounts;
    let rows: number;
    let sealed: Into["sealed"];
    try {
      db.pragma("journal_mode = MEMORY");
      db.pragma("synchronous = OFF");
      migrateSqliteTo(db, knownVersion());
      counts = await databaseOver(db, db).write(() =>
        settle({ ids: at.ids, db: { dialect: "sqlite" }, fresh: new Set() }),
      );
      rows = tablesOf(db).reduce(
        (sum, { name }) => sum + Number(db.prepare(`SELECT COUNT(*) FROM "${name}"`).pluck().get()),
        0,
      );
      sealed = sealedOf(db);
    } finally {
      db.close();
    }
    options.signal?.throwIfAborted();
    chmodSync(part, 0o600);
    syncPath(part);
    const kept = filled ? keepAside(file, at.now) : null;
    renameSync(part, file);
    syncPath(dirname(file));
    return { rows, counts, sealed, kept };
  } catch (error) {
    removeFile(part);
    throw error;
  } finally {
    release();
  }
}

/** Folds the WAL into the file, so that the file alone is the database, and counts the workspaces in it. */
function tidyAndCount(file: string): number {
  const db = new Sqlite(file);
  let count = 0;
  try {
    db.pragma("wal_checkpoint(TRUNCATE)");
    if (sqliteVersion(db) > 0) count = Number(db.prepare("SELECT COUNT(*) FROM workspaces").pluck().get());
  } finally {
    db.close();
  }
  const wal = `${file}-wal`;
  if (existsSync(wal) && statSync(wal).size > 0)
    throw new Error(`${file} is in use by another program: close it first.`);
  removeLeft(file);
  return count;
}

function removeLeft(file: string): void {
  for (const suffix of ["-wal", "-shm"]) rmSync(`${file}${suffix}`, { force: true });
}

/** A second name for the old database, so that at no moment there is none; on disks without links a copy. */
function keepAside(file: string, now: number): string {
  const kept = `${file}.replaced-${stampOf(now)}`;
  try {
    linkSync(file, kept);
  } catch {
    copyFileSync(file, kept, constants.COPYFILE_EXCL);
  }
  syncPath(kept);
  return kept;
}

/** `20260302-090000`, for names. */
function stampOf(now: number): string {
  return new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
}

function isNotEmpty(what: string): string {
  return `${what} is not empty. With --replace it is put aside under another name, never removed.`;
}

/** One transaction: the old tables move to a schema of their own, the new ones are made and filled. */
async function intoPostgres(
  backupFile: string,
  url: string,
  settle: Settle,
  at: At,
  options: RestoreOptions,
): Promise<Into> {
  const folder = mkdtempSync(join(tmpdir(), "relais-restore-"));
  const client = new pg.Client({ connectionString: url });
  try {
    const file = ofThisVersion(backupFile, folder);
    await client.connect();
    await lockSchema(client);
    if (await isLive(url, at.now))
      throw new Error(
        "A server runs on this database: stop every one first (a stopped one counts as running for 15 seconds).",
      );
    await client.query("BEGIN");
    const version = await postgresVersion(client);
    const filled =
      version > 0 &&
      Number((await client.query<{ count: string }>("SELECT COUNT(*) FROM workspaces")).rows[0]?.count) > 0;
    if (filled && !options.replace) throw new Error(isNotEmpty("The database"));
    const source = sqliteSnapshot(file);
    const shape = new Sqlite(file, { readonly: true });
    try {
      const tables = tablesOf(shape);
      const kept = version > 0 ? await moveAside(client, version, at.now) : null;
      await migratePostgresTo(client, 0, knownVersion());
      const copied = await copyTables(tables, source, postgresInsert(client), options);
      const counts = await drive(client, settle({ ids: at.ids, db: { dialect: "postgres" }, fresh: new Set() }));
      options.signal?.throwIfAborted();
      if (!filled && kept) await client.query(`DROP SCHEMA ${kept} CASCADE`);
      await client.query("COMMIT");
      await client.query("ANALYZE");
      const rows = [...copied.values()].reduce((sum, count) => sum + count, 0);
      return { rows, counts, sealed: sealedOf(shape), kept: filled && kept ? `schema ${kept}` : null };
    } finally {
      shape.close();
      await source.close();
    }
  } finally {
    // Without a COMMIT nothing of it has happened.
    await client.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The backup itself, or a copy of it that was brought to this version. */
function ofThisVersion(file: string, folder: string): string {
  const old = new Sqlite(file, { readonly: true, fileMustExist: true });
  const current = sqliteVersion(old) === knownVersion();
  old.close();
  if (current) return file;
  const copy = join(folder, "older.db");
  copyFileSync(file, copy, constants.COPYFILE_FICLONE);
  const db = new Sqlite(copy);
  migrateSqliteTo(db, knownVersion());
  db.close();
  return copy;
}

/** Our tables, and only ours, go to a schema of their own; their indexes go with them. */
async function moveAside(client: pg.Client, version: number, now: number): Promise<string> {
  const schema = `relais_replaced_${stampOf(now).replace("-", "_")}`;
  const shape = new Sqlite(":memory:");
  migrateSqliteTo(shape, version);
  const names = [...tablesOf(shape).map(({ name }) => name), "relais_schema"];
  shape.close();
  await client.query(`CREATE SCHEMA ${schema}`);
  for (const name of names) await client.query(`ALTER TABLE "${name}" SET SCHEMA ${schema}`);
  return schema;
}

function sealedOf(db: Sqlite.Database): RestoreReport["sealed"] {
  const row = db.prepare("SELECT workspace_id, id, secrets FROM channel_accounts LIMIT 1").get() as
    | { readonly workspace_id: string; readonly id: string; readonly secrets: string }
    | undefined;
  return row ? { value: row.secrets, context: `${row.workspace_id}/${row.id}` } : null;
}
