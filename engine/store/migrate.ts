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

/** Brings a SQLite file to this version; an existing older one is copied beside itself first. */
export function migrateSqlite(db: Sqlite.Database, file: string): void {
  const all = migrations("sqlite");
  const current = Number(db.pragma("user_version", { simple: true }));
  refuseNewer(current, all.length);
  const pending = all.filter(({ number }) => number > current);
  if (pending.length === 0) return;
  if (current > 0 && file !== ":memory:") {
    const copy = `${file}.before-${all.length}`;
    if (!existsSync(copy)) db.prepare("VACUUM INTO ?").run(copy);
  }
  db.transaction(() => {
    for (const { statements } of pending) for (const statement of statements) db.exec(statement);
    db.pragma(`user_version = ${all.length}`);
  }).immediate();
}

/** Brings a PostgreSQL database to this version; several processes may start at once. */
export async function migratePostgres(url: string): Promise<void> {
  const all = migrations("postgres");
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("SELECT pg_advisory_lock($1)", [LOCK]);
    await client.query("CREATE TABLE IF NOT EXISTS relais_schema (version integer NOT NULL)");
    const { rows } = await client.query<{ version: number }>("SELECT version FROM relais_schema");
    const current = rows[0]?.version ?? 0;
    refuseNewer(current, all.length);
    const pending = all.filter(({ number }) => number > current);
    if (pending.length === 0) return;
    await client.query("BEGIN");
    for (const { statements } of pending) for (const statement of statements) await client.query(statement);
    await client.query("DELETE FROM relais_schema");
    await client.query("INSERT INTO relais_schema VALUES ($1)", [all.length]);
    await client.query("COMMIT");
  } finally {
    await client.end();
  }
}

function refuseNewer(current: number, known: number): void {
  if (current <= known) return;
  throw new Error(
    `The database belongs to a newer Relais (schema ${current}, this one knows ${known}). Start the newer version.`,
  );
}
