import type { Language } from "../../engine/core/domain/language.ts";
import type { FlowSketch } from "../../engine/core/flow/commands.ts";
import { flowHead } from "../../engine/core/flow/document.ts";
import type { ExitSpec, FlowNode, NodeType } from "../../engine/core/nodes/node-type.ts";
import { nodeTypes } from "../../engine/core/nodes/registry.ts";

/** A node as it can be drawn, also while it is not complete. */
export interface DrawnNode {
  readonly id: string;
  /** As the text says it. */
  readonly raw: RawNode;
  /** With what the schema adds; null: the schema refuses it. */
  readonly node: FlowNode | null;
  readonly type: NodeType | null;
  readonly exits: readonly DrawnExit[];
}
export interface DrawnExit extends ExitSpec {
  readonly to: string | null;
}
export type RawNode = Readonly<Record<string, unknown>> & {
  readonly type: string;
  readonly exits?: Readonly<Record<string, string>>;
};

/** A flow as it can be drawn: whatever can be read, be it finished or not. */
export interface Drawing {
  /** For commands. */
  readonly sketch: FlowSketch;
  readonly value: Readonly<Record<string, unknown>>;
  readonly start: string;
  readonly languages: readonly Language[];
  readonly nodes: ReadonlyMap<string, DrawnNode>;
  readonly layout: Readonly<Record<string, readonly [number, number]>>;
}

const NONE: readonly never[] = [];
const known = new WeakMap<object, Map<string, DrawnNode>>();

/** Null: there is nothing to draw. What did not change is the same object as in the drawing before. */
export function drawingOf(value: unknown, before: Drawing | null = null): Drawing | null {
  if (!isRecord(value) || !isRecord(value.nodes)) return null;
  const found = new Map<string, DrawnNode>();
  for (const [id, raw] of Object.entries(value.nodes)) {
    if (isRecord(raw) && typeof raw.type === "string") found.set(id, drawnNode(id, raw as RawNode));
  }
  const nodes = before && isSameMap(before.nodes, found) ? before.nodes : found;
  const languages =
    before && before.value.languages === value.languages
      ? before.languages
      : (flowHead.shape.languages.safeParse(value.languages).data ?? ["fr"]);
  const layout =
    before && isSameRecord(before.value.layout, value.layout)
      ? before.layout
      : (flowHead.shape.layout.safeParse(value.layout).data ?? {});
  const start = typeof value.start === "string" ? value.start : "";
  const plain = Object.fromEntries([...nodes].map(([id, { raw }]) => [id, raw]));
  const lists = {
    triggers: Array.isArray(value.triggers) ? (value.triggers as object[]) : NONE,
    interrupts: Array.isArray(value.interrupts) ? (value.interrupts as { to: string }[]) : NONE,
  };
  return {
    sketch: { start, nodes: plain, languages, layout, ...lists },
    value,
    start,
    languages,
    nodes,
    layout,
  };
}

function drawnNode(id: string, raw: RawNode): DrawnNode {
  const found = known.get(raw)?.get(id);
  if (found) return found;
  const type = nodeTypes.get(raw.type) ?? null;
  const parsed = type?.schema.safeParse(raw);
  const node = parsed?.success ? parsed.data : null;
  const written = isRecord(raw.exits) ? raw.exits : {};
  const to = (name: string): string | null => {
    const target = written[name];
    return typeof target === "string" ? target : null;
  };
  const specs = exitsOf(type, node ?? (raw as FlowNode));
  const names = new Set(specs.map(({ name }) => name));
  const others = Object.keys(written).filter((name) => !names.has(name));
  const exits = [
    ...specs,
    ...others.map((name): ExitSpec => ({ name, label: name, need: "default", when: "other" })),
  ].map((spec) => ({ ...spec, to: to(spec.name) }));
  const drawn = { id, raw, node, type, exits };
  known.set(raw, new Map([[id, drawn]]));
  return drawn;
}

/** A node that is not complete may still know its ways out. */
function exitsOf(type: NodeType | null, node: FlowNode): readonly ExitSpec[] {
  try {
    return type?.exits(node) ?? [];
  } catch {
    return [];
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function isSameMap(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): boolean {
  return a.size === b.size && [...b].every(([key, value]) => a.get(key) === value);
}

/** Whether two blocks of the file have the same entries: the reader keeps those whose text did not change. */
function isSameRecord(a: unknown, b: unknown): boolean {
  if (!isRecord(a) || !isRecord(b)) return a === b;
  const keys = Object.keys(b);
  return keys.length === Object.keys(a).length && keys.every((key) => a[key] === b[key]);
}
