import type { ExampleLine } from "../../domain/diagnostic.ts";
import { inLanguage, type LocalizedText } from "../../domain/language.ts";
import { textOf } from "../../domain/message.ts";
import type { ExitSpec, FlowNode, NodeType } from "../../nodes/node-type.ts";
import { nodeTypeOf } from "../../nodes/registry.ts";
import type { FlowDocument } from "../document.ts";

export interface Vertex {
  readonly id: string;
  readonly node: FlowNode;
  readonly type: NodeType;
  readonly exits: readonly ExitSpec[];
  /** Connected exits that lead to a node that exists. */
  readonly out: readonly { readonly exit: ExitSpec; readonly to: string }[];
}

/** The flow as a graph: nodes, and where their exits lead. */
export interface FlowGraph {
  readonly vertices: ReadonlyMap<string, Vertex>;
  /** Nodes that the start or an interrupt leads to, each with the step by which it was first reached. */
  readonly reached: ReadonlyMap<string, { readonly from: string; readonly exit: ExitSpec } | null>;
}

export function graphOf(document: FlowDocument): FlowGraph {
  const vertices = new Map<string, Vertex>();
  for (const [id, node] of Object.entries(document.nodes)) {
    const type = nodeTypeOf(node.type);
    const exits = type.exits(node);
    const out = exits.flatMap((exit) => {
      const to = node.exits?.[exit.name];
      return to !== undefined && document.nodes[to] ? [{ exit, to }] : [];
    });
    vertices.set(id, { id, node, type, exits, out });
  }
  const reached = new Map<string, { readonly from: string; readonly exit: ExitSpec } | null>();
  const queue = [document.start, ...document.interrupts.map(({ to }) => to)].filter((id) => vertices.has(id));
  for (const id of queue) reached.set(id, null);
  for (let index = 0; index < queue.length; index++) {
    const from = queue[index] ?? "";
    for (const { exit, to } of vertices.get(from)?.out ?? []) {
      if (reached.has(to)) continue;
      reached.set(to, { from, exit });
      queue.push(to);
    }
  }
  return { vertices, reached };
}

/** The nodes from the start to this one, the shortest way. */
export function pathTo(graph: FlowGraph, id: string): readonly string[] {
  const path = [id];
  for (let step = graph.reached.get(id); step; step = graph.reached.get(step.from)) path.unshift(step.from);
  return path;
}

/** The way to a node as a short chat: what the bot says, what the contact picks. */
export function exampleTo(
  graph: FlowGraph,
  document: FlowDocument,
  id: string,
): { readonly chat: readonly ExampleLine[]; readonly path: readonly string[] } {
  const language = document.languages[0] ?? "fr";
  const path = pathTo(graph, id);
  const chat: ExampleLine[] = [];
  for (const [index, at] of path.entries()) {
    const vertex = graph.vertices.get(at);
    if (!vertex) continue;
    for (const content of vertex.type.contents(vertex.node, language)) {
      const words = textOf(content);
      if (words !== "") chat.push({ bot: words });
    }
    const next = path[index + 1];
    const taken = vertex.out.find(({ to }) => to === next);
    if (!taken) continue;
    const label = inLanguage(taken.exit.label as LocalizedText, language);
    if (taken.exit.when === "choice" || taken.exit.when === "other") chat.push({ contact: label });
    else if (taken.exit.when === "time") chat.push({ event: label });
  }
  return { chat, path };
}

/** Names that a sentence may mention. */
export function titleOf(vertex: Vertex): string {
  return vertex.node.title ?? vertex.id;
}
