import { existsSync, readdirSync, readFileSync } from "node:fs";
import type Sqlite from "better-sqlite3";
import pg from "pg";

const FOLDERS = {
  sqlite: new URL("../../migrations/sqlite/", import.meta.url),
  postgres: new URL("../../migrations/pg/", import.meta.url),
} as const;
/** Any number will do, as long as it is always the same: one process migrates, the others wait. */
const LOCK = 7_354_201;

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly statements: readonly string[];
}

/** The migrations of a dialect in their order. They are written once and never edited. */
export function migrations(dialect: keyof typeof FOLDERS): readonly Migration[] {
  return readdirSync(FOLDERS[dialect])
    .filter((name) => name.endsWith(".sql"))
    .sort()
    .map((name, index) => ({
      number: index + 1,
      name,
      statements: readFileSync(new URL(name, FOLDERS[dialect]), "utf8")
        .split("--> statement-breakpoint")
        .map((statement) => statement.trim())
        .filter((statement) => statement !== ""),
    }));
}

/** The version of the schema that this program works with; the same number in both dialects. */
export function knownVersion(): number {
  return migrations("sqlite").length;
}

/** Brings a SQLite file to this version; an existing older one is copied beside itself first. */
export function migrateSqlite(db: Sqlite.Database, file: string): void {
  const known = knownVersion();
  const current = sqliteVersion(db);
  refuseNewer(current, known);
  if (current > 0 && current < known && file !== ":memory:") {
    const copy = `${file}.before-${known}`;
    if (!existsSync(copy)) db.prepare("VACUUM INTO ?").run(copy);
  }
  migrateSqliteTo(db, known);
}

/** Runs the migrations that are missing up to a version, all or none. */
export function migrateSqliteTo(db: Sqlite.Database, version: number): void {
  const current = sqliteVersion(db);
  const pending = migrations("sqlite").filter(({ number }) => number > current && number <= version);
  if (pending.length === 0) return;
  db.transaction(() => {
    for (const { statements } of pending) for (const statement of statements) db.exec(statement);
    db.pragma(`user_version = ${version}`);
  }).immediate();
}

/** 0: nobody has made tables in this file. */
export function sqliteVersion(db: Sqlite.Database): number {
  return Number(db.pragma("user_version", { simple: true }));
}

/** Brings a PostgreSQL database to this version; several processes may start at once. */
export async function migratePostgres(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await lockSchema(client);
    const current = await postgresVersion(client);
    refuseNewer(current, knownVersion());
    if (current === knownVersion()) return;
    await client.query("BEGIN");
    await migratePostgresTo(client, current, knownVersion());
    await client.query("COMMIT");
  } finally {
    await client.end();
  }
}

/** Runs the migrations after one version up to another, inside the transaction that the caller has begun. */
export async function migratePostgresTo(client: pg.Client, from: number, version: number): Promise<void> {
  await client.query("CREATE TABLE IF NOT EXISTS relais_schema (version integer NOT NULL)");
  for (const { number, statements } of migrations("postgres"))
    if (number > from && number <= version) for (const statement of statements) await client.query(statement);
  await client.query("DELETE FROM relais_schema");
  await client.query("INSERT INTO relais_schema VALUES ($1)", [version]);
}

/** 0: nobody has made tables in this database. */
export async function postgresVersion(client: Pick<pg.Client, "query">): Promise<number> {
  const { rows: tables } = await client.query<{ name: string | null }>("SELECT to_regclass('relais_schema') AS name");
  if (!tables[0]?.name) return 0;
  const { rows } = await client.query<{ version: number }>("SELECT version FROM relais_schema");
  return rows[0]?.version ?? 0;
}

/** Whoever migrates or restores a PostgreSQL database holds this: the others wait. Released with the connection. */
export async function lockSchema(client: pg.Client): Promise<void> {
  await client.query("SELECT pg_advisory_lock($1)", [LOCK]);
}

/** Throws a sentence when the database was made by a version of the program that comes after this one. */
export function refuseNewer(current: number, known: number): void {
  if (current <= known) return;
  throw new Error(
    `The database belongs to a newer Relais (schema ${current}, this one knows ${known}). Start the newer version.`,
  );
}
