import pg from "pg";
import { isPostgres } from "./address.ts";

/** Another number than that of the migrations: they happen inside. */
const LOCK = 7_354_202;

/**
 * Several processes that start at once on an empty PostgreSQL would all make the first workspace, accounts and flows:
 * they do it one after the other. Returns how to let the next one in; a process that dies lets it in, too.
 */
export async function holdStart(databaseUrl: string): Promise<() => Promise<void>> {
  if (!isPostgres(databaseUrl)) return async () => {};
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on("error", () => {});
  await client.connect();
  await client.query("SELECT pg_advisory_lock($1)", [LOCK]);
  return () => client.end();
}
