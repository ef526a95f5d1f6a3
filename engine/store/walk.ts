import { one, type Script, type Value } from "./sql.ts";

/** A way through a table in the order of its primary key, a page at a time, so that its size does not matter. */
export interface Walk {
  readonly table: string;
  readonly key: readonly string[];
  /** From the last key to the first. */
  readonly backwards?: boolean;
}

/** The key of the last row of a page; null: the beginning, or that the walk is over. */
export type Place = readonly Value[] | null;

/**
 * The rows after a place, as a table for FROM, with its parameters. One bound and a limit: with two bounds both
 * databases may take an index that only knows the first column, and read a whole workspace for each page.
 */
export function rowsAfter(walk: Walk, place: Place, rows: number): readonly [string, readonly Value[]] {
  return [`(SELECT w.* ${fromPlace(walk, place)} LIMIT ${rows})`, place ?? []];
}

/** Where the page after a place ends; null: it is the last one. */
export function* placeAfter(walk: Walk, place: Place, rows: number): Script<Place> {
  const row = yield* one(
    `SELECT ${walk.key.map((name) => `w.${name}`).join(", ")} ${fromPlace(walk, place)} LIMIT 1 OFFSET ${rows - 1}`,
    ...(place ?? []),
  );
  return row && walk.key.map((name) => row[name] ?? null);
}

function fromPlace({ table, key, backwards }: Walk, place: Place): string {
  const names = key.map((name) => `w.${name}`);
  const than = backwards ? "<" : ">";
  const begins = place ? `WHERE (${names.join(", ")}) ${than} (${names.map(() => "?").join(", ")})` : "";
  return `FROM ${table} w ${begins} ORDER BY ${names.map((name) => (backwards ? `${name} DESC` : name)).join(", ")}`;
}
