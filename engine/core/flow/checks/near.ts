import { nearest } from "../nearest.ts";

/** The nearest of these names to any other; the same question is answered once, as a broken flow may ask it very often. */
export function nearestOf(names: readonly string[]): (name: string) => string | null {
  const known = new Map<string, string | null>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const found = nearest(name, names);
    known.set(name, found);
    return found;
  };
}
