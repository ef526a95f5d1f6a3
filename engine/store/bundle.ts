import type { Statement, Value } from "./sql.ts";

/** What PostgreSQL is sent in one go: one text, and its parameters in their order. */
export interface Prepared {
  readonly name: string;
  readonly text: string;
  readonly values: readonly Value[];
}

/**
 * Joins writes that stand side by side into one query (`WITH … AS (INSERT …), … UPDATE …`): each query costs both sides
 * more than what most of them do. Parts of one query do not see each other's changes, and their order is not said, so
 * only what cannot matter to each other is joined: plain inserts, and one update or delete per table that looks at no
 * other row.
 */
export interface Bundle {
  readonly isEmpty: boolean;
  /** Takes a statement in, or says that it has to wait until the others have left. */
  add(statement: Statement): boolean;
  /** Everything that was taken in as one query; what the last one gives is what it gives. */
  take(): Prepared;
}

const WRITE = /^\s*(INSERT INTO|UPDATE|DELETE FROM)\s+(\w+)/;

export function createBundle(): Bundle {
  let parts: Statement[] = [];
  const tables = new Map<string, "inserted" | "changed">();
  return {
    get isEmpty() {
      return parts.length === 0;
    },
    add(statement) {
      const { verb, table, looksAround } = kindOf(statement.sql);
      if (verb === null) return false;
      const before = tables.get(table);
      const isInsert = verb === "INSERT INTO";
      if (parts.length > 0 && (looksAround || (before && !(isInsert && before === "inserted")))) return false;
      parts.push(statement);
      // Whoever looks around is last: nothing that follows may be part of what it sees.
      tables.set(table, isInsert ? "inserted" : "changed");
      return true;
    },
    take() {
      const taken = parts;
      parts = [];
      tables.clear();
      return preparedFor(taken);
    },
  };
}

interface Kind {
  readonly verb: string | null;
  readonly table: string;
  readonly looksAround: boolean;
}
const kinds = new Map<string, Kind>();

function kindOf(sql: string): Kind {
  let kind = kinds.get(sql);
  if (!kind) {
    const [, verb = null, table = ""] = WRITE.exec(sql) ?? [];
    kind = { verb, table, looksAround: /\bSELECT\b/.test(sql) };
    kinds.set(sql, kind);
  }
  return kind;
}

interface Text {
  readonly number: number;
  /** With `?` for parameters. */
  readonly sql: string;
}
const texts = new Map<string, Text>();
const joined = new Map<string, { readonly name: string; readonly text: string }>();

function textOf(sql: string): Text {
  let text = texts.get(sql);
  if (!text) {
    const postgres = sql
      .replace("/*skip*/", "FOR UPDATE SKIP LOCKED")
      .replace("/*skip c*/", "FOR UPDATE OF c SKIP LOCKED")
      .replace("/*lock*/", "FOR UPDATE")
      .replace("/*lock c*/", "FOR UPDATE OF c");
    text = { number: texts.size, sql: postgres };
    texts.set(sql, text);
  }
  return text;
}

/** One or several statements as a named query. The same statements give the same name, so that it is planned once. */
export function preparedFor(statements: readonly Statement[]): Prepared {
  const found = statements.map(({ sql }) => textOf(sql));
  const key = found.map(({ number }) => number).join(".");
  let made = joined.get(key);
  if (!made) {
    let n = 0;
    const last = found[found.length - 1]?.sql ?? "";
    const before = found.slice(0, -1).map(({ sql }, index) => `s${index} AS (${sql})`);
    const sql = before.length > 0 ? `WITH ${before.join(", ")} ${last}` : last;
    made = { name: `q${joined.size}`, text: sql.replace(/\?/g, () => `$${++n}`) };
    joined.set(key, made);
  }
  return {
    ...made,
    values: statements.length === 1 ? (statements[0]?.params ?? []) : statements.flatMap(({ params }) => params),
  };
}
