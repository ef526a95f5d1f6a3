import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import Sqlite from "better-sqlite3";
import { migrateSqlite } from "./migrate.ts";
import { CHANGED, type Database, type Row, type Script, type Statement, UNCHANGED } from "./sql.ts";

/** Writes that are waiting for the next transaction. */
interface Waiting {
  readonly script: () => Script<unknown>;
  readonly done: (value: never) => void;
  readonly failed: (error: unknown) => void;
  /** By the machine's own running time. */
  readonly since: number;
}

/** For fault tests: called before each statement, also BEGIN and COMMIT. May throw, or give another text instead. */
export type StatementHook = (sql: string) => string | undefined;

export interface SqliteOptions {
  readonly onStatement?: StatementHook;
  /** Does the writes that wait, soon. Default: after what this turn of the event loop still brings. */
  readonly schedule?: (flush: () => void) => void;
  /** Time and chance for writes that wait for a locked file. Default: the machine's own. */
  readonly patience?: Patience;
}

interface Patience {
  now(): number;
  after(delayMs: number, run: () => void): unknown;
  /** 0 … 1. */
  random(): number;
}
const MACHINE: Patience = {
  now: () => performance.now(),
  after: (delayMs, run) => setTimeout(run, delayMs),
  random: Math.random,
};

const BUSY_MS = 5000;
/** While others hold the file, whoever writes asks again from time to time, and so long; then the write fails. */
const BUSY_PAUSE_MS = 100;
const BUSY_STEP_MS = 20;
/** Prepared statements are kept; the store has a few hundred texts of SQL. */
const KEPT_STATEMENTS = 1000;

/**
 * A SQLite file that one process writes. Writes of one turn of the event loop share a transaction and its fsync; when
 * one of them throws, all are rolled back and run again one by one, so that only the guilty one fails.
 */
export function openSqlite(file: string, options: SqliteOptions = {}): Database {
  if (file !== ":memory:") mkdirSync(dirname(file), { recursive: true });
  const db = new Sqlite(file, { timeout: BUSY_MS });
  try {
    configure(db);
    holdAlone(db, file);
    migrateSqlite(db, file);
    // SQLite would wait in the main thread, and nothing else would go on.
    db.pragma(`busy_timeout = ${BUSY_STEP_MS}`);
  } catch (error) {
    db.close();
    throw error;
  }
  const reader = file === ":memory:" ? db : new Sqlite(file, { timeout: BUSY_MS });
  if (reader !== db) {
    configure(reader);
    reader.pragma("query_only = ON");
    // Screens and reports: what they read once is not worth keeping, the system's own cache has it.
    reader.pragma("cache_size = -8000");
  }
  return databaseOver(db, reader, options);
}

/** Runs scripts on connections that are open and migrated: one to write, one to look (the same one in memory). */
export function databaseOver(db: Sqlite.Database, reader: Sqlite.Database, options: SqliteOptions = {}): Database {
  const { onStatement = () => undefined, schedule = setImmediate, patience = MACHINE } = options;
  const run = runner(db, onStatement);
  const look = runner(reader, () => undefined);
  let waiting: Waiting[] = [];
  let scheduled = false;

  const flush = (): void => {
    scheduled = false;
    const batch = waiting;
    waiting = [];
    if (batch.length === 0) return;
    try {
      const results = inTransaction(db, onStatement, () => batch.map(({ script }) => run(script())));
      for (const [index, one] of batch.entries()) one.done(results[index] as never);
    } catch (error) {
      if (isBusy(error)) return again(batch, error);
      if (batch.length === 1) {
        batch[0]?.failed(error);
        return;
      }
      for (const one of batch) {
        try {
          one.done(inTransaction(db, onStatement, () => run(one.script())) as never);
        } catch (alone) {
          one.failed(alone);
        }
      }
    }
  };

  /** Nothing of these has happened: they go first the next time, with some chance so that two do not meet for ever. */
  const again = (batch: readonly Waiting[], error: unknown): void => {
    const isOver = ({ since }: Waiting): boolean => patience.now() - since > BUSY_MS;
    waiting = [...batch.filter((one) => !isOver(one)), ...waiting];
    for (const one of batch) if (isOver(one)) one.failed(error);
    scheduled = true;
    patience.after(BUSY_PAUSE_MS * (0.5 + patience.random()), flush);
  };

  return {
    dialect: "sqlite",
    write: (script) =>
      new Promise((done, failed) => {
        waiting.push({ script, done, failed, since: patience.now() });
        if (scheduled) return;
        scheduled = true;
        schedule(flush);
      }),
    read: async (script) => look(script()),
    notify: () => {},
    listen: () => {},
    async close() {
      flush();
      if (reader !== db) reader.close();
      db.pragma("wal_checkpoint(TRUNCATE)");
      db.close();
    },
  };
}

/** Looks into a SQLite file beside the process that writes it: reads only, and what is committed. */
export function readSqlite(file: string): Pick<Database, "read" | "close"> {
  const db = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: BUSY_MS });
  const look = runner(db, () => undefined);
  return {
    read: async (script) => look(script()),
    async close() {
      db.close();
    },
  };
}

/** FULL: a commit is on disk when it returns. better-sqlite3 opens an existing WAL file with NORMAL, so it is set and looked at. */
function configure(db: Sqlite.Database): void {
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.pragma("foreign_keys = ON");
  db.pragma("temp_store = MEMORY");
  db.pragma("cache_size = -32000");
  // 32 MB between checkpoints: a page that changes often is copied into the file once, not every time.
  db.pragma("wal_autocheckpoint = 8000");
  if (db.pragma("synchronous", { simple: true }) !== 2) throw new Error("SQLite does not sync its commits to disk");
}

/** The file is this process's until the connection closes. */
function holdAlone(db: Sqlite.Database, file: string): void {
  if (file === ":memory:") return;
  const release = holdFile(file);
  const close = db.close.bind(db);
  db.close = () => {
    release();
    return close();
  };
}

/** A second process on the same file would break the order of the mailboxes: it is refused at once. Returns how to let go. */
export function holdFile(file: string): () => void {
  const guard = new Sqlite(`${file}.lock`, { timeout: 0 });
  try {
    guard.pragma("journal_mode = DELETE");
    guard.pragma("locking_mode = EXCLUSIVE");
    guard.exec("CREATE TABLE IF NOT EXISTS holder (pid INTEGER); DELETE FROM holder;");
    guard.prepare("INSERT INTO holder VALUES (?)").run(process.pid);
  } catch (error) {
    guard.close();
    const busy = error instanceof Sqlite.SqliteError && error.code.startsWith("SQLITE_BUSY");
    throw busy
      ? new Error(
          `Another Relais already uses ${file}. Stop it first, or set DATABASE_URL to a PostgreSQL database for several processes.`,
        )
      : error;
  }
  return () => {
    guard.close();
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && error.code.startsWith("SQLITE_BUSY");
}

function inTransaction<T>(db: Sqlite.Database, hook: StatementHook, work: () => T): T {
  const begin = "BEGIN IMMEDIATE";
  const commit = "COMMIT";
  db.exec(hook(begin) ?? begin);
  try {
    const result = work();
    db.exec(hook(commit) ?? commit);
    return result;
  } catch (error) {
    if (db.inTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

/**
 * A parameter whose value the planner cannot look at. This build of SQLite keeps statistics of values (STAT4), and
 * plans a statement anew at every execution when it may have looked at one: 40 µs instead of 4 for a join.
 */
const HIDDEN = "+?";

function runner(db: Sqlite.Database, hook: StatementHook): <T>(script: Script<T>) => T {
  const statements = new Map<string, Sqlite.Statement>();
  const prepared = (sql: string): Sqlite.Statement => {
    let statement = statements.get(sql);
    if (!statement) {
      if (statements.size > KEPT_STATEMENTS) statements.clear();
      statement = db.prepare(sql.replaceAll("?", HIDDEN));
      statements.set(sql, statement);
    }
    return statement;
  };
  const execute = ({ sql, params }: Statement): readonly Row[] => {
    const statement = prepared(hook(sql) ?? sql);
    // The driver gives rows as plain objects of exactly these types.
    if (statement.reader) return statement.all(...params) as readonly Row[];
    return statement.run(...params).changes > 0 ? CHANGED : UNCHANGED;
  };
  return (script) => {
    let step = script.next();
    while (!step.done) {
      let rows: readonly Row[];
      try {
        rows = execute(step.value);
      } catch (error) {
        step = script.throw(error);
        continue;
      }
      step = script.next(rows);
    }
    return step.value;
  };
}
