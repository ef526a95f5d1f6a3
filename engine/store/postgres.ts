import pg from "pg";
import { createBundle, type Prepared, preparedFor } from "./bundle.ts";
import { migratePostgres } from "./migrate.ts";
import { CHANGED, type Database, type Row, type Script, UNCHANGED } from "./sql.ts";

const CHANNEL = "relais";
/** A process that stops in the middle of a transaction (frozen, cut off) loses it after this time: others go on. */
const IDLE_IN_TRANSACTION_MS = 5000;
const STATEMENT_MS = 15_000;
const CONNECTIONS = 16;
/** A database that does not answer at all is as good as gone: whoever waits hears of it. */
const CONNECT_MS = 5000;
/** Serialization failure, deadlock: the same transaction may simply be tried again. */
const REPEATABLE = new Set(["40001", "40P01"]);
const TRIES = 5;
const RECONNECT_MS = 1000;
const TELL_AFTER_MS = 15;

pg.types.setTypeParser(pg.types.builtins.INT8, Number);
pg.types.setTypeParser(pg.types.builtins.NUMERIC, Number);

/** A PostgreSQL database that any number of processes share. */
export async function openPostgres(url: string, log: (message: string) => void = () => {}): Promise<Database> {
  await migratePostgres(url);
  // `pipeline` is newer than the types of the driver: a query leaves before the one before it is answered.
  const options: pg.PoolConfig & { readonly pipeline: boolean } = {
    pipeline: true,
    connectionString: url,
    max: CONNECTIONS,
    statement_timeout: STATEMENT_MS,
    query_timeout: STATEMENT_MS + CONNECT_MS,
    connectionTimeoutMillis: CONNECT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
  };
  const pool = new pg.Pool(options);
  // A connection that dies is replaced by the pool, idle or in use; without a listener it would end the process.
  pool.on("error", (error) => log(`database connection lost: ${error.message}`));
  pool.on("connect", (client) => client.on("error", () => {}));
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
        client.query("BEGIN").catch(() => {});
        // COMMIT of a transaction in which a statement failed undoes it: nobody has to wait before sending it.
        return await drive(client, script(), () => client.query("COMMIT"));
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

  // What changes within a moment is told in one go, and once: screens do not see the difference, the database does.
  const untold = new Set<string>();
  const tell = (): void => {
    const payloads = [...untold];
    untold.clear();
    pool
      .query("SELECT pg_notify($1, payload) FROM unnest($2::text[]) payload", [CHANNEL, payloads])
      .catch((error: unknown) => log(`notify failed: ${String(error)}`));
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
      if (untold.size === 0) setTimeout(tell, TELL_AFTER_MS).unref();
      untold.add(payload);
    },
    listen: (hear) => heard.push(hear),
    async close() {
      await listener.close();
      await pool.end();
    },
  };
}

/** Looks into a PostgreSQL database beside the processes that write it: reads only, and leaves its version as it is. */
export async function readPostgres(url: string): Promise<Pick<Database, "read" | "close">> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("SET default_transaction_read_only = on");
  return { read: (script) => drive(client, script()), close: () => client.end() };
}

/**
 * Runs a script on a connection. Writes that nobody waits for leave together, and without their answers; the first that
 * failed is the script's error. `finish` is sent behind the last one.
 */
export async function drive<T>(
  client: pg.ClientBase,
  script: Script<T>,
  finish: () => Promise<unknown> = async () => {},
): Promise<T> {
  const sent: Promise<unknown>[] = [];
  const bundle = createBundle();
  const ask = ({ name, text, values }: Prepared) => client.query<Row>({ name, text, values: [...values] });
  const send = (): void => {
    if (bundle.isEmpty) return;
    const asked = ask(bundle.take());
    asked.catch(() => {});
    sent.push(asked);
  };
  let step = script.next();
  while (!step.done) {
    const statement = step.value;
    let taken = bundle.add(statement);
    if (!taken) {
      send();
      taken = bundle.add(statement);
    }
    if (statement.blind && taken) {
      step = script.next(UNCHANGED);
      continue;
    }
    let rows: readonly Row[];
    try {
      const result = await ask(taken ? bundle.take() : preparedFor([statement]));
      rows = result.rows.length > 0 || !result.rowCount ? result.rows : CHANGED;
    } catch (error) {
      // After a failure PostgreSQL refuses everything else: what failed first is what happened.
      await Promise.all(sent);
      step = script.throw(error);
      continue;
    }
    step = script.next(rows);
  }
  send();
  sent.push(finish());
  await Promise.all(sent);
  return step.value;
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
