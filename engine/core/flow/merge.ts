import type { FlowEdit, FlowPath } from "../domain/diagnostic.ts";
import { readYaml } from "./source.ts";

/** A part of a flow that two people changed in different ways. A part that is not there is undefined. */
export interface FlowConflict {
  /** `["nodes", "greeting"]`, `["triggers"]` … */
  readonly path: FlowPath;
  readonly mine: unknown;
  readonly theirs: unknown;
}

/** What `mine` changed since `base`, as edits of `theirs`; parts that both changed differently are for people to decide. */
export interface FlowMerge {
  readonly edits: readonly FlowEdit[];
  readonly conflicts: readonly FlowConflict[];
}

/** Null: one of the texts cannot be read, so only the whole text can be chosen. */
export function mergeFlows(base: string, mine: string, theirs: string): FlowMerge | null {
  const [before, own, other] = [partsOf(base), partsOf(mine), partsOf(theirs)];
  if (!before || !own || !other) return null;
  const edits: FlowEdit[] = [];
  const conflicts: FlowConflict[] = [];
  for (const key of new Set([...own.keys(), ...before.keys()])) {
    const [was, is, there] = [before.get(key), own.get(key), other.get(key)];
    const isMine = !same(was?.value, is?.value);
    if (!isMine || same(is?.value, there?.value)) continue;
    const path = (is ?? was)?.path ?? [];
    // Where a box stands is nobody's work: the last one to move it is right.
    const isPlace = path[0] === "layout";
    if (!same(was?.value, there?.value) && !isPlace) conflicts.push({ path, mine: is?.value, theirs: there?.value });
    else edits.push(chosen({ path, mine: is?.value, theirs: there?.value }, "mine"));
  }
  return { edits: edits.filter((edit) => edit.type !== "remove" || other.has(keyOf(edit.path))), conflicts };
}

/** The edit of their text that makes a part as one of both has it. */
export function chosen({ path, mine, theirs }: FlowConflict, whose: "mine" | "theirs"): FlowEdit {
  const value = whose === "mine" ? mine : theirs;
  return value === undefined ? { type: "remove", path } : { type: "set", path, value };
}

interface Part {
  readonly path: FlowPath;
  readonly value: unknown;
}

/** Nodes and places one by one, everything else by its top key. */
function partsOf(source: string): ReadonlyMap<string, Part> | null {
  const { value } = readYaml(source);
  if (value === null || typeof value !== "object" || Array.isArray(value)) return null;
  const parts = new Map<string, Part>();
  for (const [key, one] of Object.entries(value)) {
    const isHolder = (key === "nodes" || key === "layout") && one !== null && typeof one === "object";
    const entries = isHolder ? Object.entries(one as object).map(([id, inner]) => [[key, id], inner] as const) : [];
    for (const [path, inner] of isHolder ? entries : [[[key], one] as const])
      parts.set(keyOf(path), { path, value: inner });
  }
  return parts;
}

function keyOf(path: FlowPath): string {
  return JSON.stringify(path);
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
