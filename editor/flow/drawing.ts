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

const known = new WeakMap<object, Map<string, DrawnNode>>();

/** Null: there is nothing to draw. Nodes whose text did not change are the same objects as before. */
export function drawingOf(value: unknown): Drawing | null {
  if (!isRecord(value) || !isRecord(value.nodes)) return null;
  const nodes = new Map<string, DrawnNode>();
  for (const [id, raw] of Object.entries(value.nodes)) {
    if (isRecord(raw) && typeof raw.type === "string") nodes.set(id, drawnNode(id, raw as RawNode));
  }
  const languages = flowHead.shape.languages.safeParse(value.languages).data ?? ["fr"];
  const layout = flowHead.shape.layout.safeParse(value.layout).data ?? {};
  const start = typeof value.start === "string" ? value.start : "";
  const plain = Object.fromEntries([...nodes].map(([id, { raw }]) => [id, raw]));
  const lists = {
    triggers: Array.isArray(value.triggers) ? (value.triggers as object[]) : [],
    interrupts: Array.isArray(value.interrupts) ? (value.interrupts as { to: string }[]) : [],
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
