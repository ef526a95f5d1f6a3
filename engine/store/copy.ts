import Sqlite from "better-sqlite3";
import pg from "pg";
import { postgresVersion, sqliteVersion } from "./migrate.ts";
import type { Value } from "./sql.ts";

/** Rows that are read, and written, at once. */
const PAGE_ROWS = 1000;
const BUSY_MS = 5000;

/** A table as the SQLite dialect declares it; the other one has the same columns. */
export interface Table {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: "text" | "integer" | "blob" }[];
}

/** A database at one moment: whatever is written meanwhile is not seen. */
export interface Snapshot {
  readonly dialect: "sqlite" | "postgres";
  /** Of its schema; 0: there are no tables. */
  readonly version: number;
  /** Every row, a page at a time, values in the order of the columns. */
  rows(table: Table): AsyncIterable<readonly (readonly Value[])[]>;
  close(): Promise<void>;
}

/** Where rows go. */
export type Insert = (table: Table, rows: readonly (readonly Value[])[]) => Promise<void>;

export interface CopyOptions {
  /** Ends the copy in the middle, with an error. */
  readonly signal?: AbortSignal;
  /** How many rows of a table are copied by now. */
  readonly progress?: (table: string, rows: number) => void;
}

/** Copies every table, a page at a time, so that other work and a wish to stop come between. Returns the rows per table. */
export async function copyTables(
  tables: readonly Table[],
  from: Snapshot,
  insert: Insert,
  options: CopyOptions = {},
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const table of tables) {
    let count = 0;
    for await (const rows of from.rows(table)) {
      options.signal?.throwIfAborted();
      await insert(table, rows);
      count += rows.length;
      options.progress?.(table.name, count);
      await new Promise(setImmediate);
    }
    counts.set(table.name, count);
  }
  return counts;
}

/** The tables of a SQLite file, ours only. */
export function tablesOf(db: Sqlite.Database): readonly Table[] {
  const names = db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .pluck()
    .all() as string[];
  return names.map((name) => ({
    name,
    columns: (db.pragma(`table_info("${name}")`) as { name: string; type: string }[]).map((column) => ({
      name: column.name,
      type: column.type.toLowerCase() as Table["columns"][number]["type"],
    })),
  }));
}

function listOf(table: Table): string {
  return table.columns.map(({ name }) => `"${name}"`).join(", ");
}

/** A SQLite file, also beside the process that writes it: the WAL keeps what this reader sees. */
export function sqliteSnapshot(file: string): Snapshot {
  const db = new Sqlite(file, { readonly: true, fileMustExist: true, timeout: BUSY_MS });
  db.exec("BEGIN");
  db.prepare("SELECT COUNT(*) FROM sqlite_schema").get();
  return {
    dialect: "sqlite",
    version: sqliteVersion(db),
    async *rows(table) {
      let page: (readonly Value[])[] = [];
      // The driver gives the columns in their order, as exactly these types.
      for (const row of db
        .prepare(`SELECT ${listOf(table)} FROM "${table.name}"`)
        .raw()
        .iterate()) {
        page.push(row as readonly Value[]);
        if (page.length < PAGE_ROWS) continue;
        yield page;
        page = [];
      }
      if (page.length > 0) yield page;
    },
    async close() {
      db.close();
    },
  };
}

/** A PostgreSQL database in one transaction that only reads. */
export async function postgresSnapshot(url: string): Promise<Snapshot> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  return {
    dialect: "postgres",
    version: await postgresVersion(client),
    async *rows(table) {
      await client.query(`DECLARE rows NO SCROLL CURSOR FOR SELECT ${listOf(table)} FROM "${table.name}"`);
      for (;;) {
        const page = await client.query<Value[]>({ text: `FETCH ${PAGE_ROWS} FROM rows`, rowMode: "array" });
        if (page.rows.length === 0) break;
        yield page.rows;
      }
      await client.query("CLOSE rows");
    },
    close: () => client.end(),
  };
}

/** Writes rows into a SQLite file; every page is one transaction. */
export function sqliteInsert(db: Sqlite.Database): Insert {
  return async (table, rows) => {
    const places = table.columns.map(() => "?").join(", ");
    const insert = db.prepare(`INSERT INTO "${table.name}" (${listOf(table)}) VALUES (${places})`);
    db.transaction(() => {
      for (const row of rows) insert.run(...row);
    })();
  };
}

const ARRAYS = { text: "text[]", integer: "bigint[]", blob: "bytea[]" } as const;

/** Writes rows into the transaction of a PostgreSQL connection. */
export function postgresInsert(client: pg.Client): Insert {
  return async (table, rows) => {
    const places = table.columns.map(({ type }, index) => `$${index + 1}::${ARRAYS[type]}`).join(", ");
    const columns = table.columns.map((_, index) => rows.map((row) => storable(row[index] ?? null)));
    await client.query(
      `INSERT INTO "${table.name}" (${listOf(table)}) SELECT * FROM unnest(${places})`,
      columns as unknown[],
    );
  };
}

/** PostgreSQL has no NUL in texts; SQLite does. */
function storable(value: Value): Value {
  return typeof value === "string" ? value.replaceAll("\u0000", "\ufffd") : value;
}
