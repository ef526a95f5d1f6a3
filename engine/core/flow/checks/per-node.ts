import type { FlowNode } from "../../nodes/node-type.ts";
import type { CheckContext, CheckedFlow, Finding } from "./check.ts";
import type { Vertex } from "./graph.ts";

/**
 * A check that looks at each node alone. Its findings are kept with the node, so that whoever checks the same flow again
 * with the same nodes (`parseFlow` with `createBlockReader`) pays for what changed. `given`: what of the flow and its
 * surroundings it looks at besides; when one of these is another one, everything is looked at anew.
 */
export function perNode(
  find: (vertex: Vertex, flow: CheckedFlow, context: CheckContext) => readonly Finding[],
  given: (flow: CheckedFlow, context: CheckContext) => readonly unknown[] = () => [],
): (flow: CheckedFlow, context: CheckContext) => readonly Finding[] {
  let known = new WeakMap<FlowNode, { readonly id: string; readonly findings: readonly Finding[] }>();
  let last: readonly unknown[] = [];
  return (flow, context) => {
    const now = given(flow, context);
    if (now.length !== last.length || now.some((one, index) => one !== last[index])) known = new WeakMap();
    last = now;
    return [...flow.graph.vertices.values()].flatMap((vertex) => {
      const { id, node } = vertex;
      const kept = known.get(node);
      // One node may stand in two flows under two names.
      if (kept?.id === id) return kept.findings;
      const findings = find(vertex, flow, context);
      known.set(node, { id, findings });
      return findings;
    });
  };
}
