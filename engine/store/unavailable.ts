import Sqlite from "better-sqlite3";
import pg from "pg";

/** Locked, full, unreadable, out of memory: SQLite cannot do it now. */
const SQLITE = /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|NOMEM|PROTOCOL)/;
/** Connection, resources, operator, system, serialization, lock; and 25P03, a transaction that stood still too long. */
const POSTGRES = /^(08|40|53|55|57|58)|^25P03$/;
const NETWORK = /^(ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_)/;
const LOST = /^(Connection terminated|Client has encountered|Query read timeout|timeout exceeded|timeout expired)/;

/** Whether the database could not do its part for the moment: nothing is wrong with what it was asked to do. */
export function isUnavailable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (error instanceof Sqlite.SqliteError) return SQLITE.test(code);
  if (error instanceof pg.DatabaseError) return POSTGRES.test(code);
  return NETWORK.test(code) || LOST.test(error.message);
}
