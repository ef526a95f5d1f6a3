import type { FlowEdit } from "../domain/diagnostic.ts";
import type { Language } from "../domain/language.ts";
import { nodeTypes } from "../nodes/registry.ts";
import type { FlowDocument } from "./document.ts";
import { readYaml } from "./source.ts";

/**
 * What people do with a drawing, as edits of its text: each command looks at a flow and says what is to be changed,
 * references and all. `applyEdits` does it, and knows how to take it back.
 */

/** A flow as its text says it, without what the schemas add. A `FlowDocument` is one, too. */
export interface FlowSketch {
  readonly start: string;
  readonly nodes: Readonly<Record<string, SketchNode>>;
  readonly languages?: readonly Language[];
  readonly triggers?: readonly object[];
  readonly interrupts?: readonly { readonly to: string }[];
  readonly layout?: Readonly<Record<string, readonly number[]>> | undefined;
}
export interface SketchNode {
  readonly type: string;
  readonly exits?: Readonly<Record<string, string>>;
}
export type Point = readonly [number, number];

/** The flow of a text, defaults not filled in; null: the text has no nodes to work with. */
export function sketchOf(source: string): FlowSketch | null {
  const { value } = readYaml(source);
  if (value === null || typeof value !== "object") return null;
  const { nodes, start } = value as Partial<FlowSketch>;
  const isMap = (one: unknown): boolean => one !== null && typeof one === "object" && !Array.isArray(one);
  if (!isMap(nodes) || typeof start !== "string" || !Object.values(nodes ?? {}).every(isMap)) return null;
  return value as FlowSketch;
}

/** A name that no node has: the wanted one, else with a number. */
export function freeName(nodes: Readonly<Record<string, unknown>>, wanted: string): string {
  if (!Object.hasOwn(nodes, wanted)) return wanted;
  const stem = wanted.replace(/-\d+$/, "").slice(0, 58);
  for (let number = 2; ; number++) if (!Object.hasOwn(nodes, `${stem}-${number}`)) return `${stem}-${number}`;
}

/** A new node; `from`: the exit that leads to it. */
export function addNode(
  flow: FlowSketch,
  node: SketchNode,
  options: {
    readonly id?: string;
    readonly at?: Point;
    readonly from?: { readonly node: string; readonly exit: string };
  } = {},
): { readonly id: string; readonly edits: readonly FlowEdit[] } {
  const id = freeName(flow.nodes, options.id ?? kebab(node.type));
  return {
    id,
    edits: [
      { type: "set", path: ["nodes", id], value: node },
      ...(options.from ? connect(options.from.node, options.from.exit, id) : []),
      ...(options.at ? place({ [id]: options.at }) : []),
    ],
  };
}

/** Takes nodes away, and every exit, interrupt and position that names them. A start that goes gives way to what follows it. */
export function removeNodes(flow: FlowSketch, ids: readonly string[]): readonly FlowEdit[] {
  const gone = new Set(ids.filter((id) => Object.hasOwn(flow.nodes, id)));
  const left = Object.entries(flow.nodes).filter(([id]) => !gone.has(id));
  const edits: FlowEdit[] = [];
  if (gone.has(flow.start)) {
    const next = followersOf(flow, flow.start).find((id) => !gone.has(id)) ?? left[0]?.[0];
    if (next !== undefined) edits.push({ type: "set", path: ["start"], value: next });
  }
  for (const [id, node] of left)
    for (const [exit, to] of Object.entries(node.exits ?? {}))
      if (gone.has(to)) edits.push({ type: "remove", path: ["nodes", id, "exits", exit] });
  // From the last to the first: those before keep their places.
  for (const [index, { to }] of [...(flow.interrupts ?? []).entries()].reverse())
    if (gone.has(to)) edits.push({ type: "remove", path: ["interrupts", index] });
  for (const id of gone) {
    edits.push({ type: "remove", path: ["nodes", id] });
    if (Object.hasOwn(flow.layout ?? {}, id)) edits.push({ type: "remove", path: ["layout", id] });
  }
  return edits;
}

/** All that a node leads to, directly or not, nearest first. */
function followersOf(flow: FlowSketch, id: string): readonly string[] {
  const seen = new Set([id]);
  for (const one of seen)
    for (const to of Object.values(flow.nodes[one]?.exits ?? {})) if (Object.hasOwn(flow.nodes, to)) seen.add(to);
  return [...seen].slice(1);
}

/** Copies of nodes beside the first ones: among themselves they lead to each other, outside to where the first ones lead. */
export function duplicateNodes(flow: FlowSketch, ids: readonly string[], shift: Point = [40, 40]): Pasted {
  const chosen = Object.fromEntries(ids.flatMap((id) => (flow.nodes[id] ? [[id, flow.nodes[id]] as const] : [])));
  const positions = Object.fromEntries(
    Object.keys(chosen).flatMap((id) => {
      const [x, y] = flow.layout?.[id] ?? [];
      return x === undefined || y === undefined ? [] : [[id, [x + shift[0], y + shift[1]] as const] as const];
    }),
  );
  return pasteNodes(flow, chosen, positions);
}

export interface Pasted {
  readonly edits: readonly FlowEdit[];
  /** New name by the one it was copied from. */
  readonly ids: Readonly<Record<string, string>>;
}

/** Nodes from this or another flow, under names that are free. An exit to what is not here stays unconnected. */
export function pasteNodes(
  flow: FlowSketch,
  copied: Readonly<Record<string, SketchNode>>,
  positions: Readonly<Record<string, Point>> = {},
): Pasted {
  const taken: Record<string, unknown> = { ...flow.nodes };
  const ids: Record<string, string> = {};
  for (const id of Object.keys(copied)) {
    const free = freeName(taken, id);
    taken[free] = true;
    ids[id] = free;
  }
  const edits = Object.entries(copied).flatMap(([id, node]): readonly FlowEdit[] => {
    const { exits, ...rest } = node;
    const kept = Object.entries(exits ?? {}).flatMap(([exit, to]) => {
      const target = ids[to] ?? (Object.hasOwn(flow.nodes, to) ? to : undefined);
      return target === undefined ? [] : [[exit, target] as const];
    });
    const value = { ...rest, ...(kept.length > 0 ? { exits: Object.fromEntries(kept) } : {}) };
    const name = ids[id] ?? id;
    const point = positions[id];
    return [{ type: "set", path: ["nodes", name], value }, ...(point ? place({ [name]: point }) : [])];
  });
  return { edits, ids };
}

/** Another name for a node, everywhere. Throws when the name is taken. */
export function renameNode(flow: FlowSketch, from: string, to: string): readonly FlowEdit[] {
  if (from === to || !Object.hasOwn(flow.nodes, from)) return [];
  if (Object.hasOwn(flow.nodes, to)) throw new Error(`${to} is there already`);
  return [
    ...(flow.start === from ? [{ type: "set" as const, path: ["start"], value: to }] : []),
    ...Object.entries(flow.nodes).flatMap(([id, node]) =>
      Object.entries(node.exits ?? {}).flatMap(([exit, target]) => (target === from ? connect(id, exit, to) : [])),
    ),
    ...[...(flow.interrupts ?? []).entries()].flatMap(([index, interrupt]): readonly FlowEdit[] =>
      interrupt.to === from ? [{ type: "set", path: ["interrupts", index, "to"], value: to }] : [],
    ),
    { type: "rename", path: ["nodes", from], to },
    ...(Object.hasOwn(flow.layout ?? {}, from) ? [{ type: "rename" as const, path: ["layout", from], to }] : []),
  ];
}

export function connect(node: string, exit: string, to: string): readonly FlowEdit[] {
  return [{ type: "set", path: ["nodes", node, "exits", exit], value: to }];
}

export function disconnect(flow: FlowSketch, node: string, exit: string): readonly FlowEdit[] {
  const exits = flow.nodes[node]?.exits ?? {};
  if (!Object.hasOwn(exits, exit)) return [];
  return [
    { type: "remove", path: Object.keys(exits).length > 1 ? ["nodes", node, "exits", exit] : ["nodes", node, "exits"] },
  ];
}

/** One field of a node; undefined takes it away. */
export function setField(node: string, path: readonly (string | number)[], value: unknown): readonly FlowEdit[] {
  const full = ["nodes", node, ...path];
  return [value === undefined ? { type: "remove", path: full } : { type: "set", path: full, value }];
}

/** An entry of a list of a node (a choice, a case, a message) at another place. */
export function reorder(
  node: string,
  path: readonly (string | number)[],
  from: number,
  to: number,
): readonly FlowEdit[] {
  return from === to ? [] : [{ type: "move", path: ["nodes", node, ...path, from], to }];
}

/** Where boxes stand. Changes the layout and nothing else. */
export function place(positions: Readonly<Record<string, Point>>): readonly FlowEdit[] {
  return Object.entries(positions).map(([id, [x, y]]) => ({
    type: "set",
    path: ["layout", id],
    value: [Math.round(x), Math.round(y)],
  }));
}

export function setTriggers(triggers: readonly object[]): readonly FlowEdit[] {
  return [{ type: "set", path: ["triggers"], value: triggers }];
}
export function addTrigger(flow: FlowSketch, trigger: object): readonly FlowEdit[] {
  const { triggers = [] } = flow;
  return triggers.length === 0
    ? setTriggers([trigger])
    : [{ type: "set", path: ["triggers", triggers.length], value: trigger }];
}
export function removeTrigger(index: number): readonly FlowEdit[] {
  return [{ type: "remove", path: ["triggers", index] }];
}

/** One more language that the flow speaks; its texts are then missing, and the checks say so. */
export function addLanguage(flow: FlowSketch, language: Language): readonly FlowEdit[] {
  const languages = flow.languages ?? ["fr"];
  return languages.includes(language) ? [] : [{ type: "set", path: ["languages"], value: [...languages, language] }];
}

/** One language less, with its texts. A text that is left with one language only stays as it is. */
export function removeLanguage(document: FlowDocument, language: Language): readonly FlowEdit[] {
  const languages = document.languages.filter((one) => one !== language);
  if (languages.length === 0 || languages.length === document.languages.length) return [];
  const texts = Object.entries(document.nodes).flatMap(([id, node]) =>
    (nodeTypes.get(node.type)?.texts(node) ?? []).flatMap(({ path, text }): readonly FlowEdit[] =>
      typeof text !== "string" && Object.hasOwn(text, language) && Object.keys(text).length > 1
        ? [{ type: "remove", path: ["nodes", id, ...path, language] }]
        : [],
    ),
  );
  return [...texts, { type: "set", path: ["languages"], value: languages }];
}

function kebab(type: string): string {
  return type.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
