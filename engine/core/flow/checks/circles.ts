import type { FlowDocument } from "../document.ts";
import type { Check, CheckContext } from "./check.ts";
import { circlesOf, graphOf, type Vertex } from "./graph.ts";
import { exampleOf, waysIn } from "./paths.ts";
import { calledBy } from "./surroundings.ts";

/** A circle that never waits for the contact would run for ever; the engine would stop it with an apology. */
export const loopWithoutWait: Check = {
  code: "loop-without-wait",
  find: ({ document, graph }, context) => {
    const passing = passesIn(context, new Map([[document.flow, false]]));
    const follow = (id: string): readonly string[] => {
      const vertex = graph.vertices.get(id);
      return vertex && passing(vertex) ? vertex.out.map(({ to }) => to) : [];
    };
    const wayTo = waysIn(graph);
    const ranks = new Map([...graph.reached].map((id, rank) => [id, rank]));
    return circlesOf(graph.vertices.keys(), follow).map((members) => {
      const rankOf = (id: string): number => ranks.get(id) ?? ranks.size;
      const circle = [...members].sort((a, b) => rankOf(a) - rankOf(b));
      const first = circle[0] ?? "";
      const before = wayTo(first);
      const round = roundTrip(first, new Set(circle), follow);
      const names = circle.slice(0, 6);
      const more = circle.length > names.length ? " …" : "";
      return {
        severity: "error",
        path: ["nodes", first],
        part: "key",
        node: first,
        message: {
          fr: `Les blocs ${names.map((one) => `« ${one} »`).join(", ")}${more} tournent en rond sans attendre le client : ajoutez une question ou une attente.`,
          en: `Nodes ${names.map((one) => `"${one}"`).join(", ")}${more} go round without waiting for the contact: add a question or a wait.`,
        },
        example: {
          chat: before ? exampleOf(graph, document, before).chat : [],
          path: [...(before ?? []).slice(0, -1).map(({ id }) => id), ...round],
        },
      };
    });
  },
};

/** The shortest way from a node round to itself. */
function roundTrip(first: string, members: ReadonlySet<string>, follow: (id: string) => readonly string[]): string[] {
  const before = new Map<string, string>();
  const queue = [first];
  for (const id of queue) {
    for (const to of follow(id)) {
      if (to === first) {
        const path = [id];
        for (let at = id; at !== first; ) {
          at = before.get(at) ?? first;
          path.unshift(at);
        }
        return [...path, first];
      }
      if (!members.has(to) || before.has(to)) continue;
      before.set(to, id);
      queue.push(to);
    }
  }
  return [first];
}

/** Which nodes are passed without the contact, time or people: what waits for a web service or the assistant is, too. */
function passesIn(context: CheckContext, known: Map<string, boolean>): (vertex: Vertex) => boolean {
  return (vertex) => {
    const called = calledBy(vertex.node);
    if (called !== null) {
      const flow = context.flows.find((one) => one.flow === called);
      return flow !== undefined && flowPasses(flow, context, known);
    }
    return vertex.waitsFor === null || vertex.waitsFor === "effect";
  };
}

/** Whether a sub-flow can come back without having waited. */
function flowPasses(flow: FlowDocument, context: CheckContext, known: Map<string, boolean>): boolean {
  const already = known.get(flow.flow);
  if (already !== undefined) return already;
  // A flow that calls itself never comes back: that has its own finding.
  known.set(flow.flow, false);
  const graph = graphOf(flow);
  const passing = passesIn(context, known);
  const seen = new Set(graph.vertices.has(flow.start) ? [flow.start] : []);
  let passes = false;
  for (const id of seen) {
    const vertex = graph.vertices.get(id);
    if (!vertex) continue;
    if (vertex.sketch.final) passes = true;
    if (!passing(vertex)) continue;
    for (const { to } of vertex.out) seen.add(to);
  }
  known.set(flow.flow, passes);
  return passes;
}
