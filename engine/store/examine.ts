import { existsSync, statfsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Finding } from "../ports.ts";
import { fileOf, isPostgres } from "./address.ts";
import { isLive } from "./backup.ts";
import { type DoctorOptions, doctor, factOf } from "./doctor.ts";
import { knownVersion } from "./migrate.ts";
import { readPostgres } from "./postgres.ts";
import { all, type Database, one, type Script, type Value } from "./sql.ts";
import { readSqlite } from "./sqlite.ts";

const LEAST_FREE_BYTES = 1_000_000_000;
const MOST_WAL_BYTES = 256_000_000;
const BACKUP_DAYS = 7;
const DAY_MS = 86_400_000;

export interface Examined {
  readonly findings: readonly Finding[];
  /** What is good to know and not wrong. */
  readonly notes: readonly string[];
}

/** Checks the promises of a database and what it stands on, also while a server works on it; changes nothing. */
export async function examine(databaseUrl: string, options: Omit<DoctorOptions, "dialect">): Promise<Examined> {
  const dialect = isPostgres(databaseUrl) ? "postgres" : "sqlite";
  const file = resolve(fileOf(databaseUrl));
  if (dialect === "sqlite" && !existsSync(file))
    throw new Error(`There is no database at ${file}: start the server once.`);
  const live = await isLive(databaseUrl, options.now);
  const db = dialect === "postgres" ? await readPostgres(databaseUrl) : readSqlite(file);
  try {
    const version = await db.read(() => versionOf(dialect));
    const known = knownVersion();
    if (version !== known) return { findings: [wrongVersion(version, known)], notes: [] };
    const surroundings = dialect === "sqlite" ? await ofFile(db, file, options) : await db.read(settingsOf);
    const promises = await db.read(() => doctor({ ...options, dialect }));
    const backupAt = await db.read(() => factOf("backupAt"));
    return {
      findings: [...surroundings, ...lateBackup(backupAt, options.now), ...promises],
      notes: [
        live ? "The server is running." : "The server is not running: what waits is not counted as late.",
        backupAt > 0
          ? `Last backup: ${new Date(backupAt).toISOString()}.`
          : "No backup was made with relais backup yet.",
      ],
    };
  } finally {
    await db.close();
  }
}

function* versionOf(dialect: "sqlite" | "postgres"): Script<number> {
  if (dialect === "sqlite") return Number((yield* one("PRAGMA user_version"))?.user_version ?? 0);
  const table = yield* one("SELECT to_regclass('relais_schema')::text AS name");
  return table?.name ? Number((yield* one("SELECT version FROM relais_schema"))?.version ?? 0) : 0;
}

function wrongVersion(version: number, known: number): Finding {
  const older = version < known;
  return {
    invariant: "C-13",
    message: older
      ? `The database is of an older version (schema ${version}, this Relais has ${known}), so its promises cannot be checked`
      : `The database is of a newer version (schema ${version}, this Relais has ${known}), so its promises cannot be checked`,
    advice: older ? "Start this version once, or run: relais migrate." : "Use the Relais that the server runs.",
    ids: [],
  };
}

/** The file itself: whole, synced, with room to grow. */
async function ofFile(
  db: Pick<Database, "read">,
  file: string,
  { quick, progress }: Omit<DoctorOptions, "dialect">,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const add = (invariant: string, message: string, advice: string, ids: readonly string[] = []): void => {
    findings.push({ invariant, message, advice, ids });
  };
  progress?.("the file", 0);
  const check = quick ? "quick_check" : "integrity_check";
  const verdict = (await db.read(() => all(`PRAGMA ${check}(20)`))).map((row) => String(Object.values(row)[0]));
  if (verdict[0] !== "ok")
    add(
      "C-1",
      "The database file is damaged",
      "Stop the server, keep this file, and restore the last backup (relais restore). Then look at the disk: its health and its free space.",
      verdict,
    );
  const foreign = await db.read(() => all("PRAGMA foreign_key_check"));
  if (foreign.length > 0)
    add("I14", "Rows point to others that are not there", "Restore the last backup and report this.", [
      ...new Set(foreign.map((row) => String(row.table))),
    ]);
  const mode = (await db.read(() => one("PRAGMA journal_mode")))?.journal_mode as Value;
  if (mode !== "wal")
    add(
      "C-1",
      `The database does not use a write-ahead log (${String(mode)})`,
      "Start the server once: it sets what it needs.",
    );
  const wal = existsSync(`${file}-wal`) ? statSync(`${file}-wal`).size : 0;
  if (wal > MOST_WAL_BYTES)
    add(
      "L-13",
      `The write-ahead log has grown to ${Math.round(wal / 1e6)} MB`,
      "Something reads the database for very long (a backup, a report): end it. Restarting the server folds the log in.",
    );
  const { bavail, bsize } = statfsSync(dirname(file));
  if (bavail * bsize < LEAST_FREE_BYTES)
    add(
      "C-1",
      `The disk of the database has ${Math.round((bavail * bsize) / 1e6)} MB left`,
      "Make room: when it is full, messages are refused and providers try again later.",
      [dirname(file)],
    );
  return findings;
}

/** What PostgreSQL must be told so that a commit is on disk when we answer a provider. */
function* settingsOf(): Script<readonly Finding[]> {
  const rows = yield* all(
    "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes') AND setting = 'off'",
  );
  if (rows.length === 0) return [];
  return [
    {
      invariant: "C-1",
      message:
        "PostgreSQL does not wait for the disk: what was answered to a provider can be lost when the power fails",
      advice: "Set these to on in postgresql.conf, and reload.",
      ids: rows.map((row) => String(row.name)),
    },
  ];
}

function lateBackup(at: number, now: number): readonly Finding[] {
  const days = Math.floor((now - at) / DAY_MS);
  if (at === 0 || days < BACKUP_DAYS) return [];
  return [
    {
      invariant: "C-13",
      message: `The last backup is ${days} days old`,
      advice: "Make one now (relais backup <file>), and let the machine do it every night.",
      ids: [],
    },
  ];
}
