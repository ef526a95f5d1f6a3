/** A text somewhere in a node or document, with the keys that lead to it. */
export interface FoundString {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

/** Every string in a piece of JSON, in its own order. Paths are made for strings only: most of a flow is none. */
export function stringsIn(value: unknown): readonly FoundString[] {
  const found: FoundString[] = [];
  const path: (string | number)[] = [];
  const walk = (one: unknown): void => {
    if (typeof one === "string") found.push({ path: [...path], text: one });
    else if (Array.isArray(one)) for (let index = 0; index < one.length; index++) step(index, one[index]);
    else if (one !== null && typeof one === "object")
      for (const key of Object.keys(one)) step(key, (one as Readonly<Record<string, unknown>>)[key]);
  };
  const step = (key: string | number, inner: unknown): void => {
    path.push(key);
    walk(inner);
    path.pop();
  };
  walk(value);
  return found;
}
