import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import { getTableColumns, getTableName, is } from "drizzle-orm";
import { PgTable, getTableConfig as pgConfig } from "drizzle-orm/pg-core";
import { SQLiteTable, getTableConfig as sqliteConfig } from "drizzle-orm/sqlite-core";
import { describe, expect, test } from "vitest";
import { migrateSqlite, migrations } from "../../../engine/store/migrate.ts";
import * as pg from "../../../engine/store/schema-pg.ts";
import * as sqlite from "../../../engine/store/schema-sqlite.ts";
import { all } from "../../../engine/store/sql.ts";
import { openSqlite } from "../../../engine/store/sqlite.ts";

/** Of the program, not of a workspace. */
const OF_THE_PROGRAM = new Set(["workspaces", "processes", "facts"]);
const sqliteTables = Object.values(sqlite).filter((table) => is(table, SQLiteTable));
const pgTables = Object.values(pg).filter((table) => is(table, PgTable));
const columnsOf = (table: (typeof sqliteTables)[number] | (typeof pgTables)[number]) =>
  Object.values(getTableColumns(table)).map(({ name, notNull }) => `${name}${notNull ? "" : "?"}`);

describe("the tables", () => {
  test("are the same on both databases", () => {
    expect(sqliteTables.length).toBeGreaterThan(20);
    const described = (tables: readonly (typeof sqliteTables)[number][] | readonly (typeof pgTables)[number][]) =>
      Object.fromEntries(tables.map((table) => [getTableName(table), columnsOf(table)]));
    expect(described(pgTables)).toEqual(described(sqliteTables));
  });

  test("begin every key with the workspace, so that they can be distributed by it", () => {
    const broken = [...sqliteTables.map(sqliteConfig), ...pgTables.map(pgConfig)].flatMap((table) => {
      if (OF_THE_PROGRAM.has(table.name)) return [];
      const keys = [
        ...table.primaryKeys.map(({ columns }) => columns[0]?.name),
        ...table.indexes
          .filter(({ config }) => config.unique)
          .map(({ config: { columns } }) => (columns[0] as { name?: string } | undefined)?.name),
      ];
      return keys.length > 0 && keys.every((name) => name === "workspace_id") ? [] : [table.name];
    });
    expect(broken).toEqual([]);
  });

  test("are what the migrations make", () => {
    const db = new Sqlite(":memory:");
    migrateSqlite(db, ":memory:");
    for (const table of sqliteTables) {
      const made = db.pragma(`table_info(${getTableName(table)})`) as readonly { readonly name: string }[];
      expect(made.map(({ name }) => name)).toEqual(Object.values(getTableColumns(table)).map(({ name }) => name));
    }
    expect(migrations("postgres").map(({ number }) => number)).toEqual(
      migrations("sqlite").map(({ number }) => number),
    );
    db.close();
  });
});

describe("a SQLite file", () => {
  const inFolder = async (work: (file: string) => Promise<void> | void): Promise<void> => {
    const folder = mkdtempSync(join(tmpdir(), "relais-sqlite-"));
    try {
      await work(join(folder, "relais.db"));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };

  test("of a newer version is refused, and not touched", () =>
    inFolder(async (file) => {
      await openSqlite(file).close();
      const db = new Sqlite(file);
      db.pragma("user_version = 999");
      db.close();
      expect(() => openSqlite(file)).toThrow("belongs to a newer Relais");
    }));

  test("that another process uses is refused in one sentence", () =>
    inFolder(async (file) => {
      const first = openSqlite(file);
      expect(() => openSqlite(file)).toThrow("Another Relais already uses");
      await first.close();
      await openSqlite(file).close();
    }));

  test("gets all writes of one turn in one transaction; of those only the guilty one fails", () =>
    inFolder(async (file) => {
      const db = openSqlite(file);
      const write = (key: string) =>
        db.write(() => {
          if (key === "bad") throw new Error("guilty");
          return all("INSERT INTO facts (key, value) VALUES (?, 'x')", key);
        });
      const ended = await Promise.allSettled(["a", "bad", "b", "c"].map(write));
      expect(ended.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled", "fulfilled"]);
      const rows = await db.read(() => all("SELECT key FROM facts ORDER BY key"));
      expect(rows.map(({ key }) => key)).toEqual(["a", "b", "c"]);
      await db.close();
    }));
});
