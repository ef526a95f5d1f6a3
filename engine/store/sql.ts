import type { WorkspaceId } from "../core/domain/ids.ts";
import type { AccountScope } from "../core/domain/rights.ts";

/**
 * Transactions as generators: a script yields statements and gets their rows, so that the same script runs on SQLite
 * (synchronously, many in one transaction) and on PostgreSQL (awaited, one transaction each). A script has no effect
 * but its statements and may be run again from the start, when a transaction has to be repeated.
 *
 * SQL is written for both: `?` for parameters, times as numbers, booleans as 0 and 1. `/*skip*\/` after a SELECT
 * becomes FOR UPDATE SKIP LOCKED on PostgreSQL, `/*skip c*\/` the same for the rows of `c` alone, `/*lock*\/` and
 * `/*lock c*\/` become FOR UPDATE; on SQLite all are comments.
 */
export type Value = string | number | null | Uint8Array;

export interface Statement {
  readonly sql: string;
  readonly params: readonly Value[];
  /** Nobody looks at what it gives: PostgreSQL need not have answered before the next statement leaves. */
  readonly blind?: true;
}

export type Row = Readonly<Record<string, Value>>;
export type Script<T> = Generator<Statement, T, readonly Row[]>;

/** What a statement without rows of its own gives when it changed something, and when it did not. */
export const CHANGED: readonly Row[] = [{}];
export const UNCHANGED: readonly Row[] = [];

/** All rows of a statement. */
export function* all(sql: string, ...params: readonly Value[]): Script<readonly Row[]> {
  return yield { sql, params };
}

/** The first row, or null. */
export function* one(sql: string, ...params: readonly Value[]): Script<Row | null> {
  const rows = yield { sql, params };
  return rows[0] ?? null;
}

/** Runs a statement whose outcome nobody looks at; when it fails, the whole script fails, if not at once. */
export function* put(sql: string, ...params: readonly Value[]): Script<void> {
  yield { sql, params, blind: true };
}

/** Runs a statement that gives no rows; says whether it changed any. */
export function* change(sql: string, ...params: readonly Value[]): Script<boolean> {
  return (yield { sql, params }).length > 0;
}

/** A database that runs scripts. */
export interface Database {
  readonly dialect: "sqlite" | "postgres";
  /** All of the script or nothing of it; resolves after it is on disk. */
  write<T>(script: () => Script<T>): Promise<T>;
  /** Outside any write: sees what is committed. */
  read<T>(script: () => Script<T>): Promise<T>;
  /** Tells the other processes (PostgreSQL); on SQLite there are none. */
  notify(payload: string): void;
  listen(heard: (payload: string) => void): void;
  close(): Promise<void>;
}

export function text(row: Row, key: string): string {
  const value = row[key];
  if (typeof value !== "string") throw new Error(`column ${key} is not a text`);
  return value;
}
export function textOrNull(row: Row, key: string): string | null {
  return row[key] === null || row[key] === undefined ? null : text(row, key);
}
export function number(row: Row, key: string): number {
  const value = row[key];
  if (typeof value !== "number") throw new Error(`column ${key} is not a number`);
  return value;
}
export function numberOrNull(row: Row, key: string): number | null {
  return row[key] === null || row[key] === undefined ? null : number(row, key);
}
/** ISO 8601 of a time in milliseconds. */
export function iso(row: Row, key: string): string {
  return new Date(number(row, key)).toISOString();
}
export function isoOrNull(row: Row, key: string): string | null {
  const value = numberOrNull(row, key);
  return value === null ? null : new Date(value).toISOString();
}
/** What we wrote as JSON ourselves; the type is the writer's. */
export function json<T>(row: Row, key: string): T {
  const value = text(row, key);
  // Most objects and lists are empty.
  if (value === "{}") return {} as T;
  if (value === "[]") return [] as T;
  return JSON.parse(value) as T;
}
export function jsonOrNull<T>(row: Row, key: string): T | null {
  const value = textOrNull(row, key);
  return value === null ? null : (JSON.parse(value) as T);
}

/** The workspace of a scope. Every method takes one; an empty one would match nothing or everything, so it is refused. */
export function scope(of: string | AccountScope): WorkspaceId {
  const workspaceId = typeof of === "object" && of !== null ? of.workspaceId : of;
  if (typeof workspaceId !== "string" || workspaceId === "") throw new Error("a workspace is needed");
  return workspaceId as WorkspaceId;
}

/** The condition that keeps a statement within the accounts of a scope; `column`: what names the account. */
export function within(
  of: string | AccountScope,
  column: string,
): { readonly sql: string; readonly params: readonly Value[] } {
  if (typeof of === "string" || of.accounts === "all") return { sql: "", params: [] };
  return { sql: `AND ${column} IN (${of.accounts.map(() => "?").join(", ") || "NULL"})`, params: of.accounts };
}
