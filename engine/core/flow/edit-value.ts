import type { FlowEdit, FlowPath } from "../domain/diagnostic.ts";

type Keyed = Readonly<Record<string | number, unknown>>;

/** What an edit means: the value after it, and the edits that bring back the one before. Throws when it cannot be done. */
export function editValue(
  value: unknown,
  edit: FlowEdit,
): { readonly value: unknown; readonly inverse: readonly FlowEdit[] } {
  const { path } = edit;
  switch (edit.type) {
    case "set":
      return { value: withValue(value, path, edit.value), inverse: [undone(value, path)] };
    case "remove": {
      if (at(value, path) === undefined) return { value, inverse: [] };
      const parent = path.slice(0, -1);
      const list = at(value, parent);
      const after = withEntries(value, parent, (entries) => entries.filter(([key]) => key !== String(last(path))));
      // A list closes its gap: only the whole list brings the entry back to its place.
      if (Array.isArray(list)) return { value: after, inverse: [{ type: "set", path: parent, value: list }] };
      return { value: after, inverse: [{ type: "set", path, value: at(value, path) }] };
    }
    case "rename": {
      const parent = path.slice(0, -1);
      const keys = Object.keys((at(value, parent) ?? {}) as object);
      const key = String(last(path));
      if (!keys.includes(key)) throw new Error(`${path.join(".")} is not there`);
      if (key !== edit.to && keys.includes(edit.to)) throw new Error(`${edit.to} is there already`);
      return {
        value: withEntries(value, parent, (entries) =>
          entries.map(([name, one]) => [name === key ? edit.to : name, one] as const),
        ),
        inverse: [{ type: "rename", path: [...parent, edit.to], to: key }],
      };
    }
    case "move": {
      const parent = path.slice(0, -1);
      const keys = Object.keys((at(value, parent) ?? {}) as object);
      const from = keys.indexOf(String(last(path)));
      if (from < 0 || edit.to < 0 || edit.to >= keys.length) throw new Error(`${path.join(".")} cannot be moved there`);
      const isList = Array.isArray(at(value, parent));
      return {
        value: withEntries(value, parent, (entries) => moved(entries, from, edit.to)),
        inverse: [{ type: "move", path: [...parent, isList ? edit.to : (last(path) ?? "")], to: from }],
      };
    }
  }
}

/** The entry at `from` at position `to`, the others in their order. */
export function moved<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const rest = list.filter((_, index) => index !== from);
  const one = list[from];
  return one === undefined ? list : [...rest.slice(0, to), one, ...rest.slice(to)];
}

export function at(value: unknown, path: FlowPath): unknown {
  let found: unknown = value;
  for (const key of path) {
    if (found === null || typeof found !== "object" || !Object.hasOwn(found, key)) return undefined;
    found = (found as Keyed)[key];
  }
  return found;
}

function last(path: FlowPath): string | number | undefined {
  return path[path.length - 1];
}

function undone(value: unknown, path: FlowPath): FlowEdit {
  const before = at(value, path);
  if (before !== undefined) return { type: "set", path, value: before };
  // What was made on the way goes, too.
  let made = path.length;
  while (made > 1 && at(value, path.slice(0, made - 1)) === undefined) made--;
  const holder = at(value, path.slice(0, made - 1));
  if (holder === null) return { type: "set", path: path.slice(0, made - 1), value: null };
  return { type: "remove", path: path.slice(0, made) };
}

function withValue(value: unknown, path: FlowPath, to: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return to;
  if (Array.isArray(value)) {
    const index = Number(key);
    if (!Number.isInteger(index) || index < 0 || index > value.length) throw new Error(`there is no place ${key}`);
    return [...value.slice(0, index), withValue(value[index], rest, to), ...value.slice(index + 1)];
  }
  if (value !== undefined && value !== null && typeof value !== "object")
    throw new Error(`${key} cannot be set in a plain value`);
  const holder = (value ?? {}) as Keyed;
  return { ...holder, [key]: withValue(Object.hasOwn(holder, key) ? holder[key] : undefined, rest, to) };
}

function withEntries(
  value: unknown,
  path: FlowPath,
  change: (entries: readonly (readonly [string, unknown])[]) => readonly (readonly [string, unknown])[],
): unknown {
  const holder = at(value, path);
  if (holder === null || typeof holder !== "object") throw new Error(`${path.join(".")} holds nothing`);
  const entries = change(Object.entries(holder));
  return withValue(value, path, Array.isArray(holder) ? entries.map(([, one]) => one) : Object.fromEntries(entries));
}
