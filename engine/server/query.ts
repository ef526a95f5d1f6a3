import { z } from "zod";

/** A path that ends in an id. */
export const id = z.strictObject({ id: z.string().min(1).max(200) });
/** A page of a list. */
export const page = {
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
};

/** Without the keys whose value is undefined: the ports tell "not given" from "given as nothing". */
export function given<T extends object>(query: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as never;
}
