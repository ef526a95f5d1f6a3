import Sqlite from "better-sqlite3";
import pg from "pg";

pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** Looks into a database beside the program, whichever it is. */
export interface Rows {
  all<Row>(sql: string): Promise<readonly Row[]>;
  close(): Promise<void>;
}

export async function openRows(databaseUrl: string): Promise<Rows> {
  if (databaseUrl.startsWith("postgres")) {
    const client = new pg.Client({ connectionString: databaseUrl });
    client.on("error", () => {});
    await client.connect();
    return {
      // The caller names the columns that it asked for.
      all: async <Row>(sql: string) => (await client.query(sql)).rows as readonly Row[],
      close: () => client.end(),
    };
  }
  const db = new Sqlite(databaseUrl, { readonly: true, fileMustExist: true, timeout: 5000 });
  return {
    all: async <Row>(sql: string) => db.prepare(sql).all() as readonly Row[],
    async close() {
      db.close();
    },
  };
}
