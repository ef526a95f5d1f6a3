import type { Page } from "../ports.ts";
import { number, type Row, text } from "./sql.ts";

/** Where a page of newest-first rows ends: time (or position) and id of its last row, opaque to callers. */
export interface Place {
  readonly at: number;
  readonly id: string;
}

/** Before everything: the first page. Ids begin with a smaller letter, in every collation. */
const FIRST: Place = { at: Number.MAX_SAFE_INTEGER, id: "zzzz" };

export function placeOf(cursor: string | undefined): Place {
  if (!cursor) return FIRST;
  const [at, id] = Buffer.from(cursor, "base64url").toString().split(" ");
  const time = Number(at);
  return Number.isFinite(time) && id ? { at: time, id } : FIRST;
}

/** One row more was asked for than is shown: it says whether there is a next page. */
export function pageOf<T>(rows: readonly Row[], limit: number, column: string, of: (row: Row) => T): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown[shown.length - 1];
  const next =
    rows.length > limit && last
      ? Buffer.from(`${number(last, column)} ${text(last, "id")}`).toString("base64url")
      : null;
  return { items: shown.map(of), next };
}
