import type { ExitSpec, FlowNode, NodeType, StateSketch } from "../../nodes/node-type.ts";
import { nodeTypeOf } from "../../nodes/registry.ts";
import type { FlowDocument } from "../document.ts";

/** A node with what its type says of it. */
export interface Vertex {
  readonly id: string;
  readonly node: FlowNode;
  readonly type: NodeType;
  readonly exits: readonly ExitSpec[];
  readonly waitsFor: ReturnType<NodeType["waitsFor"]>;
  readonly sketch: StateSketch;
  readonly variables: ReturnType<NodeType["variables"]>;
  /** Connected exits that lead to a node that exists. */
  readonly out: readonly Edge[];
}

/** A connected way out. */
export interface Edge {
  readonly exit: ExitSpec;
  readonly to: string;
}

/** The flow as a graph: nodes, and where their exits lead. Made in time linear in the size of the flow. */
export interface FlowGraph {
  readonly vertices: ReadonlyMap<string, Vertex>;
  /** The start and the targets of interrupts, as far as they exist; each once. */
  readonly entries: readonly string[];
  /** Nodes that an entry leads to. */
  readonly reached: ReadonlySet<string>;
}

const known = new WeakMap<FlowNode, Omit<Vertex, "out">>();

/** What a node's type says of it alone; kept with the node, for whoever checks a flow again in which few have changed. */
function vertexOf(id: string, node: FlowNode): Omit<Vertex, "out"> {
  const kept = known.get(node);
  if (kept?.id === id) return kept;
  const type = nodeTypeOf(node.type);
  const vertex = {
    id,
    node,
    type,
    exits: type.exits(node),
    waitsFor: type.waitsFor(node),
    sketch: type.compile(node, id),
    variables: type.variables(node),
  };
  known.set(node, vertex);
  return vertex;
}

export function graphOf(document: FlowDocument): FlowGraph {
  const vertices = new Map<string, Vertex>();
  for (const [id, node] of Object.entries(document.nodes)) {
    const alone = vertexOf(id, node);
    const out = alone.exits.flatMap((exit) => {
      const to = node.exits?.[exit.name];
      return to !== undefined && Object.hasOwn(document.nodes, to) ? [{ exit, to }] : [];
    });
    vertices.set(id, { ...alone, out });
  }
  const wanted = [document.start, ...document.interrupts.map(({ to }) => to)];
  const entries = [...new Set(wanted)].filter((id) => vertices.has(id));
  const reached = new Set(entries);
  for (const id of reached) for (const { to } of vertices.get(id)?.out ?? []) reached.add(to);
  return { vertices, entries, reached };
}

/** Names that a sentence may mention. */
export function titleOf(vertex: Vertex): string {
  return vertex.node.title ?? vertex.id;
}

/** Groups of nodes that lead round to each other by the edges that `follow` gives; single nodes only with a way to themselves. */
export function circlesOf(ids: Iterable<string>, follow: (id: string) => readonly string[]): readonly string[][] {
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  const isOpen = new Set<string>();
  const circles: string[][] = [];
  for (const root of ids) {
    if (order.has(root)) continue;
    // By hand, not by recursion: a flow may be a chain of many thousand nodes.
    const stack: { readonly id: string; readonly next: readonly string[]; at: number }[] = [];
    const enter = (id: string): void => {
      order.set(id, order.size);
      low.set(id, order.get(id) ?? 0);
      open.push(id);
      isOpen.add(id);
      stack.push({ id, next: follow(id), at: 0 });
    };
    enter(root);
    for (let top = stack[stack.length - 1]; top; top = stack[stack.length - 1]) {
      const next = top.next[top.at++];
      if (next !== undefined) {
        if (!order.has(next)) enter(next);
        else if (isOpen.has(next)) low.set(top.id, Math.min(low.get(top.id) ?? 0, order.get(next) ?? 0));
        continue;
      }
      stack.pop();
      const below = stack[stack.length - 1];
      if (below) low.set(below.id, Math.min(low.get(below.id) ?? 0, low.get(top.id) ?? 0));
      if (low.get(top.id) !== order.get(top.id)) continue;
      const circle = open.splice(open.indexOf(top.id));
      for (const id of circle) isOpen.delete(id);
      if (circle.length > 1 || follow(top.id).includes(top.id)) circles.push(circle);
    }
  }
  return circles;
}
