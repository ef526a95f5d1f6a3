import type { FlowNode, NodeText } from "../nodes/node-type.ts";
import { nodeTypeOf } from "../nodes/registry.ts";
import type { FlowDocument } from "./document.ts";

/** One field that is another one: what it was and what it is; undefined: it was or is not there. */
export interface FieldChange {
  readonly path: readonly (string | number)[];
  readonly before: unknown;
  readonly after: unknown;
  /** What a contact reads, where it leads, how it is called by people, or anything else. */
  readonly kind: "text" | "exit" | "note" | "field";
}

export type NodeChange =
  | { readonly type: "added"; readonly id: string; readonly node: FlowNode }
  | { readonly type: "removed"; readonly id: string; readonly node: FlowNode }
  | {
      readonly type: "changed";
      readonly id: string;
      readonly node: FlowNode;
      readonly before: FlowNode;
      readonly fields: readonly FieldChange[];
    }
  | { readonly type: "renamed"; readonly id: string; readonly from: string; readonly node: FlowNode };

/** What differs between two states of a flow. */
export interface FlowDifference {
  readonly nodes: readonly NodeChange[];
  /** Boxes that stand elsewhere and are otherwise the same. */
  readonly placed: readonly string[];
  /** Parts of the head that differ: `triggers`, `languages` … */
  readonly head: readonly FieldChange[];
}

const HEAD = [
  "name",
  "description",
  "languages",
  "channels",
  "playbook",
  "triggers",
  "interrupts",
  "variables",
  "settings",
  "start",
] as const;

/** What changes from one state of a flow to another. Pure; `before` null: everything is new. */
export function differenceOf(before: FlowDocument | null, after: FlowDocument): FlowDifference {
  const old = before?.nodes ?? {};
  const names = renamedIn(old, after.nodes);
  const isRenamedTo = new Map([...names].map(([from, to]) => [to, from]));
  const nodes: NodeChange[] = [];
  for (const [id, node] of Object.entries(after.nodes)) {
    const from = isRenamedTo.get(id);
    if (from !== undefined) {
      nodes.push({ type: "renamed", id, from, node });
      continue;
    }
    const was = old[id];
    if (!was) nodes.push({ type: "added", id, node });
    else {
      const fields = fieldsOf(was, node, names);
      if (fields.length > 0) nodes.push({ type: "changed", id, node, before: was, fields });
    }
  }
  for (const [id, node] of Object.entries(old))
    if (!Object.hasOwn(after.nodes, id) && !names.has(id)) nodes.push({ type: "removed", id, node });
  const touched = new Set(nodes.map(({ id }) => id));
  const placed = Object.entries(after.layout ?? {}).flatMap(([id, at]) =>
    before && !touched.has(id) && Object.hasOwn(old, id) && !same(before.layout?.[id], at) ? [id] : [],
  );
  const head = HEAD.flatMap((key): readonly FieldChange[] => {
    if (before === null) return [];
    const was = withNames(before, names)[key];
    return same(was, after[key]) ? [] : [{ path: [key], before: was, after: after[key], kind: "field" }];
  });
  return { nodes, placed, head };
}

/** The head with the new names of renamed nodes: what only follows a name has not changed. */
function withNames(document: FlowDocument, names: ReadonlyMap<string, string>): FlowDocument {
  const named = (id: string): string => names.get(id) ?? id;
  const interrupts = document.interrupts.map((interrupt) => ({ ...interrupt, to: named(interrupt.to) }));
  return { ...document, start: named(document.start), interrupts };
}

/** Whether two states mean the same; where boxes stand does not count. */
export function isSameFlow({ nodes, head }: FlowDifference): boolean {
  return nodes.length === 0 && head.length === 0;
}

/** Nodes that went under one name and came under another, with nothing else changed: new name by old name. */
function renamedIn(
  before: Readonly<Record<string, FlowNode>>,
  after: Readonly<Record<string, FlowNode>>,
): ReadonlyMap<string, string> {
  const gone = Object.entries(before).filter(([id]) => !Object.hasOwn(after, id));
  const come = Object.entries(after).filter(([id]) => !Object.hasOwn(before, id));
  const names = new Map<string, string>();
  for (const [id, node] of gone) {
    const found = come.find(([other, one]) => ![...names.values()].includes(other) && same(node, one));
    if (found) names.set(id, found[0]);
  }
  return names;
}

function fieldsOf(before: FlowNode, after: FlowNode, names: ReadonlyMap<string, string>): readonly FieldChange[] {
  if (before.type !== after.type) return [{ path: ["type"], before: before.type, after: after.type, kind: "field" }];
  const texts = [...nodeTypeOf(before.type).texts(before), ...nodeTypeOf(after.type).texts(after)];
  return leaves(before, after, [], texts, names);
}

function leaves(
  before: unknown,
  after: unknown,
  path: readonly (string | number)[],
  texts: readonly NodeText[],
  names: ReadonlyMap<string, string>,
): readonly FieldChange[] {
  if (same(before, after)) return [];
  const kind = kindOf(path, texts);
  // An exit that follows a renamed node has not changed.
  if (kind === "exit" && typeof before === "string" && names.get(before) === after) return [];
  if (kind === "text") return [{ path, before, after, kind }];
  if (isMap(before) && isMap(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return keys.flatMap((key) => leaves(before[key], after[key], [...path, key], texts, names));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length)
    return before.flatMap((one: unknown, index) => leaves(one, after[index], [...path, index], texts, names));
  // A map that came or went as a whole: each of its exits counts.
  if (path.length === 1 && path[0] === "exits") {
    const [old, now] = [isMap(before) ? before : {}, isMap(after) ? after : {}];
    return leaves(old, now, path, texts, names);
  }
  return [{ path, before, after, kind }];
}

function kindOf(path: readonly (string | number)[], texts: readonly NodeText[]): FieldChange["kind"] {
  const [first] = path;
  if (first === "exits") return "exit";
  if (first === "title" || first === "comment") return "note";
  return texts.some((text) => same(text.path, path)) ? "text" : "field";
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

/** The order of keys in a mapping says nothing. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one: unknown, index) => same(one, b[index]));
  if (!isMap(a) || !isMap(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}
