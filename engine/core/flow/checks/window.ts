import { bilingual } from "../../domain/language.ts";
import { allowedIn } from "./channels.ts";
import type { Check, CheckedFlow, Finding } from "./check.ts";
import { type Edge, titleOf, type Vertex } from "./graph.ts";
import { delayOf, exampleOf, type Way } from "./paths.ts";

/** After so many longer and longer ways to one node, it stands in a circle of waits: there is no longest. */
const CIRCLE = 64;
const HOUR_MS = 3_600_000;

/** The longest silence of the contact on entering a node, and the step it came by. */
interface Silence {
  readonly ms: number;
  readonly by: { readonly from: string; readonly edge: Edge } | null;
}

/**
 * Free text after a silence longer than the service window: only an approved template may go out. Follows every way with
 * the time that goes by on it, over any number of waits; what the contact writes starts the window anew.
 */
export const outsideWindow: Check = {
  code: "outside-window",
  find: (flow, context) => {
    const strictest = allowedIn(flow, context)
      .flatMap(({ label, capabilities: { serviceWindowHours: hours } }) => (hours === null ? [] : [{ label, hours }]))
      .sort((a, b) => a.hours - b.hours)[0];
    if (!strictest) return [];
    const limit = strictest.hours * HOUR_MS;
    const { document, graph } = flow;
    const sure = silences(flow, limit, 0);
    const possible = silences(flow, limit, limit);
    return [...possible].flatMap(([id, silence]): readonly Finding[] => {
      const vertex = graph.vertices.get(id);
      if (!vertex || silence.ms < limit || !speaks(flow, vertex)) return [];
      const certain = (sure.get(id)?.ms ?? 0) >= limit;
      const way = wayBack(certain ? sure : possible, id);
      const channel = strictest.label;
      return [
        {
          severity: certain ? "warning" : "info",
          path: ["nodes", id],
          part: "key",
          node: id,
          message: {
            fr: `Le bloc « ${titleOf(vertex)} » peut parler plus de ${strictest.hours} h après le dernier message du client : ${bilingual(channel, "fr")} refuserait. Envoyez un modèle approuvé, ou attendez moins.`,
            en: `Node "${titleOf(vertex)}" may speak more than ${strictest.hours} h after the contact's last message: ${bilingual(channel, "en")} would refuse. Send an approved template, or wait less.`,
          },
          example: exampleOf(graph, document, way),
        },
      ];
    });
  },
};

/** `open` stands for waits whose length nobody knows beforehand. Ways are not followed past a node that would be refused. */
function silences(flow: CheckedFlow, limit: number, open: number): ReadonlyMap<string, Silence> {
  const { graph } = flow;
  const found = new Map<string, Silence>(graph.entries.map((id) => [id, { ms: 0, by: null }]));
  const rises = new Map<string, number>();
  const queue = [...graph.entries];
  for (const id of queue) {
    const vertex = graph.vertices.get(id);
    const before = found.get(id)?.ms ?? 0;
    if (!vertex || (before >= limit && speaks(flow, vertex))) continue;
    for (const edge of vertex.out) {
      const ms = silenceAfter(vertex, edge, before, open);
      const known = found.get(edge.to);
      if (known && (known.ms >= ms || known.ms >= limit)) continue;
      const count = (rises.get(edge.to) ?? 0) + 1;
      rises.set(edge.to, count);
      found.set(edge.to, { ms: count > CIRCLE && ms > 0 ? limit : ms, by: { from: id, edge } });
      queue.push(edge.to);
    }
  }
  return found;
}

function silenceAfter(vertex: Vertex, { exit }: Edge, before: number, open: number): number {
  if (exit.when === "time") return before + (delayOf(vertex, exit) ?? open);
  if (exit.when === "failure") return before;
  // People have spoken with the contact meanwhile.
  const heard = vertex.waitsFor === "contact" || vertex.waitsFor === "time" || vertex.waitsFor === "people";
  return heard ? 0 : before;
}

function speaks({ document }: CheckedFlow, { type, node }: Vertex): boolean {
  if (type.group === "assistant") return true;
  return type.contents(node, document.languages[0] ?? "fr").some((content) => content.type !== "template");
}

function wayBack(found: ReadonlyMap<string, Silence>, id: string): Way {
  const way: { id: string; exit: Edge["exit"] | null }[] = [{ id, exit: null }];
  const seen = new Set([id]);
  for (let step = found.get(id)?.by; step && !seen.has(step.from); step = found.get(step.from)?.by) {
    seen.add(step.from);
    way.unshift({ id: step.from, exit: step.edge.exit });
  }
  return way;
}
