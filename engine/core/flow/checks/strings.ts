/** A text somewhere in a node or document, with the keys that lead to it. */
export interface FoundString {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

/** Every string in a piece of JSON, in its own order. */
export function stringsIn(value: unknown): readonly FoundString[] {
  const found: FoundString[] = [];
  const walk = (one: unknown, path: readonly (string | number)[]): void => {
    if (typeof one === "string") found.push({ path, text: one });
    else if (Array.isArray(one)) for (const [index, inner] of one.entries()) walk(inner, [...path, index]);
    else if (one !== null && typeof one === "object")
      for (const [key, inner] of Object.entries(one)) walk(inner, [...path, key]);
  };
  walk(value, []);
  return found;
}
