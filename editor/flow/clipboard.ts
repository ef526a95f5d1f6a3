import { stringify } from "yaml";
import type { Point, SketchNode } from "../../engine/core/flow/commands.ts";
import { readYaml } from "../../engine/core/flow/source.ts";
import type { Drawing } from "./drawing.ts";

export interface Copied {
  readonly nodes: Readonly<Record<string, SketchNode>>;
  readonly places: Readonly<Record<string, Point>>;
}

/** Nodes as the YAML that a flow file would hold: to be pasted here, in another flow, or in a text editor. */
export function textOf({ sketch, layout }: Drawing, ids: readonly string[]): string {
  const chosen = ids.filter((id) => sketch.nodes[id]);
  return stringify(
    {
      nodes: Object.fromEntries(chosen.map((id) => [id, sketch.nodes[id]])),
      layout: Object.fromEntries(chosen.flatMap((id) => (layout[id] ? [[id, layout[id]]] : []))),
    },
    { lineWidth: 0 },
  );
}

/** Nodes out of a text; null: it holds none. */
export function nodesOf(text: string): Copied | null {
  const { value } = readYaml(text);
  if (value === null || typeof value !== "object") return null;
  const { nodes, layout } = value as { readonly nodes?: unknown; readonly layout?: unknown };
  if (nodes === null || typeof nodes !== "object") return null;
  const found = Object.entries(nodes as Record<string, unknown>).filter(
    (entry): entry is [string, SketchNode] =>
      entry[1] !== null && typeof entry[1] === "object" && typeof (entry[1] as { type?: unknown }).type === "string",
  );
  if (found.length === 0) return null;
  const places = Object.entries((layout ?? {}) as Record<string, unknown>).filter(
    (entry): entry is [string, [number, number]] =>
      Array.isArray(entry[1]) && typeof entry[1][0] === "number" && typeof entry[1][1] === "number",
  );
  return { nodes: Object.fromEntries(found), places: Object.fromEntries(places) };
}
