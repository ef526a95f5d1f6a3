import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import Sqlite from "better-sqlite3";
import { migrateSqlite } from "./migrate.ts";
import type { Database, Row, Script, Statement } from "./sql.ts";

/** Writes that are waiting for the next transaction. */
interface Waiting {
  readonly script: () => Script<unknown>;
  readonly done: (value: never) => void;
  readonly failed: (error: unknown) => void;
}

/** For fault tests: called before each statement, may throw. */
export type StatementHook = (sql: string) => void;

const BUSY_MS = 5000;
/** Prepared statements are kept; the store has a few hundred texts of SQL. */
const KEPT_STATEMENTS = 1000;

/**
 * A SQLite file that one process writes. Writes of one turn of the event loop share a transaction and its fsync; when
 * one of them throws, all are rolled back and run again one by one, so that only the guilty one fails.
 */
export function openSqlite(file: string, hook: StatementHook = () => {}): Database {
  if (file !== ":memory:") mkdirSync(dirname(file), { recursive: true });
  const db = new Sqlite(file, { timeout: BUSY_MS });
  try {
    configure(db);
    holdAlone(db, file);
    migrateSqlite(db, file);
  } catch (error) {
    db.close();
    throw error;
  }
  const reader = file === ":memory:" ? db : new Sqlite(file, { timeout: BUSY_MS });
  if (reader !== db) {
    configure(reader);
    reader.pragma("query_only = ON");
  }
  const run = runner(db, hook);
  const look = runner(reader, () => {});
  let waiting: Waiting[] = [];
  let scheduled = false;

  const flush = (): void => {
    scheduled = false;
    const batch = waiting;
    waiting = [];
    if (batch.length === 0) return;
    try {
      const results = inTransaction(db, () => batch.map(({ script }) => run(script())));
      for (const [index, one] of batch.entries()) one.done(results[index] as never);
    } catch (error) {
      if (batch.length === 1) {
        batch[0]?.failed(error);
        return;
      }
      for (const one of batch) {
        try {
          one.done(inTransaction(db, () => run(one.script())) as never);
        } catch (alone) {
          one.failed(alone);
        }
      }
    }
  };

  return {
    dialect: "sqlite",
    write: (script) =>
      new Promise((done, failed) => {
        waiting.push({ script, done, failed });
        if (scheduled) return;
        scheduled = true;
        setImmediate(flush);
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
  const look = runner(db, () => {});
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
  if (db.pragma("synchronous", { simple: true }) !== 2) throw new Error("SQLite does not sync its commits to disk");
}

/** A second process on the same file would break the order of the mailboxes: it is refused at once. */
function holdAlone(db: Sqlite.Database, file: string): void {
  if (file === ":memory:") return;
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
  const close = db.close.bind(db);
  db.close = () => {
    guard.close();
    return close();
  };
}

function inTransaction<T>(db: Sqlite.Database, work: () => T): T {
  db.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    db.exec("COMMIT");
    return result;
  } catch (error) {
    if (db.inTransaction) db.exec("ROLLBACK");
    throw error;
  }
}

function runner(db: Sqlite.Database, hook: StatementHook): <T>(script: Script<T>) => T {
  const statements = new Map<string, Sqlite.Statement>();
  const prepared = (sql: string): Sqlite.Statement => {
    let statement = statements.get(sql);
    if (!statement) {
      if (statements.size > KEPT_STATEMENTS) statements.clear();
      statement = db.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  const execute = ({ sql, params }: Statement): readonly Row[] => {
    hook(sql);
    const statement = prepared(sql);
    // The driver gives rows as plain objects of exactly these types.
    if (statement.reader) return statement.all(...params) as readonly Row[];
    statement.run(...params);
    return [];
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
