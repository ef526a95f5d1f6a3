import { Graph, layout } from "@dagrejs/dagre";

/** What a layout needs of a flow. */
export interface Sketch {
  readonly start: string;
  readonly boxes: readonly { readonly id: string; readonly width: number; readonly height: number }[];
  readonly lines: readonly { readonly from: string; readonly to: string }[];
}
export type Places = Readonly<Record<string, readonly [number, number]>>;

const GRID = 20;

/** Places for all boxes, from left to right along the lines; the first node at 0, 0. */
export function tidied({ start, boxes, lines }: Sketch): Places {
  const graph = new Graph({ multigraph: false });
  graph.setGraph({
    rankdir: "LR",
    nodesep: 40,
    ranksep: 110,
    ranker: boxes.length > 400 ? "longest-path" : "network-simplex",
  });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of boxes) graph.setNode(id, { width, height });
  for (const { from, to } of lines) if (graph.hasNode(from) && graph.hasNode(to)) graph.setEdge(from, to);
  layout(graph);
  const placed = boxes.map(({ id, width, height }) => {
    const { x, y } = graph.node(id) as { readonly x: number; readonly y: number };
    return { id, x: x - width / 2, y: y - height / 2 };
  });
  const origin = placed.find(({ id }) => id === start) ?? placed[0];
  const snapped = (value: number): number => Math.round(value / GRID) * GRID;
  return Object.fromEntries(
    placed.map(({ id, x, y }) => [id, [snapped(x - (origin?.x ?? 0)), snapped(y - (origin?.y ?? 0))] as const]),
  );
}
