import pg from "pg";
import { migratePostgres } from "./migrate.ts";
import type { Database, Row, Script } from "./sql.ts";

const CHANNEL = "relais";
/** A process that stops in the middle of a transaction (frozen, cut off) loses it after this time: others go on. */
const IDLE_IN_TRANSACTION_MS = 5000;
const STATEMENT_MS = 15_000;
const CONNECTIONS = 16;
/** Serialization failure, deadlock: the same transaction may simply be tried again. */
const REPEATABLE = new Set(["40001", "40P01"]);
const TRIES = 5;
const RECONNECT_MS = 1000;

pg.types.setTypeParser(pg.types.builtins.INT8, Number);
pg.types.setTypeParser(pg.types.builtins.NUMERIC, Number);

/** A PostgreSQL database that any number of processes share. */
export async function openPostgres(url: string, log: (message: string) => void = () => {}): Promise<Database> {
  await migratePostgres(url);
  const pool = new pg.Pool({
    connectionString: url,
    max: CONNECTIONS,
    statement_timeout: STATEMENT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  });
  // A connection that dies while idle is replaced by the pool; without a listener it would end the process.
  pool.on("error", (error) => log(`database connection lost: ${error.message}`));
  const heard: ((payload: string) => void)[] = [];
  const listener = keepListening(
    url,
    (payload) => {
      for (const hear of heard) hear(payload);
    },
    log,
  );

  const write = async <T>(script: () => Script<T>): Promise<T> => {
    for (let attempt = 1; ; attempt++) {
      const client = await pool.connect();
      let broken: Error | undefined;
      try {
        await client.query("BEGIN");
        const result = await drive(client, script());
        await client.query("COMMIT");
        return result;
      } catch (error) {
        await client.query("ROLLBACK").catch((lost: unknown) => {
          broken = lost instanceof Error ? lost : new Error(String(lost));
        });
        if (attempt >= TRIES || !REPEATABLE.has(codeOf(error))) throw error;
      } finally {
        client.release(broken);
      }
    }
  };

  return {
    dialect: "postgres",
    write,
    async read(script) {
      const client = await pool.connect();
      try {
        return await drive(client, script());
      } finally {
        client.release();
      }
    },
    notify(payload) {
      pool
        .query("SELECT pg_notify($1, $2)", [CHANNEL, payload])
        .catch((error: unknown) => log(`notify failed: ${String(error)}`));
    },
    listen: (hear) => heard.push(hear),
    async close() {
      await listener.close();
      await pool.end();
    },
  };
}

async function drive<T>(client: pg.PoolClient, script: Script<T>): Promise<T> {
  let step = script.next();
  while (!step.done) {
    const { sql, params } = step.value;
    let rows: readonly Row[];
    try {
      const prepared = preparedFor(sql);
      const result = await client.query<Row>({ name: prepared.name, text: prepared.text, values: [...params] });
      rows = result.rows;
    } catch (error) {
      step = script.throw(error);
      continue;
    }
    step = script.next(rows);
  }
  return step.value;
}

const preparedTexts = new Map<string, { readonly name: string; readonly text: string }>();

function preparedFor(sql: string): { readonly name: string; readonly text: string } {
  let prepared = preparedTexts.get(sql);
  if (!prepared) {
    let n = 0;
    const text = sql
      .replace("/*skip*/", "FOR UPDATE SKIP LOCKED")
      .replace("/*lock*/", "FOR UPDATE")
      .replace(/\?/g, () => `$${++n}`);
    prepared = { name: `s${preparedTexts.size}`, text };
    preparedTexts.set(sql, prepared);
  }
  return prepared;
}

function codeOf(error: unknown): string {
  return error instanceof pg.DatabaseError ? (error.code ?? "") : "";
}

/** One connection that listens; a lost one is made again, and whoever missed something finds it by looking. */
function keepListening(
  url: string,
  hear: (payload: string) => void,
  log: (message: string) => void,
): { close(): Promise<void> } {
  let closed = false;
  let client: pg.Client | null = null;
  const connect = async (): Promise<void> => {
    if (closed) return;
    const next = new pg.Client({ connectionString: url });
    client = next;
    next.on("notification", ({ payload }) => payload && hear(payload));
    next.on("error", () => {});
    next.on("end", () => {
      if (!closed) setTimeout(() => void connect(), RECONNECT_MS).unref();
    });
    try {
      await next.connect();
      await next.query(`LISTEN ${CHANNEL}`);
    } catch (error) {
      log(`listening to the database failed: ${String(error)}`);
      await next.end().catch(() => {});
    }
  };
  void connect();
  return {
    async close() {
      closed = true;
      await client?.end().catch(() => {});
    },
  };
}
