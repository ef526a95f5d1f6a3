import { calledBy } from "./checks/surroundings.ts";
import type { FlowDocument } from "./document.ts";
import { applyEdits } from "./edit.ts";
import { parseFlow } from "./parse.ts";

/**
 * The same flow under another id (and name for people, when one is given). Null: the text cannot be read as YAML, and
 * such a text is never rewritten.
 */
export function withFlowId(source: string, id: string, title?: string): string | null {
  try {
    const edits = [
      { type: "set" as const, path: ["flow"], value: id },
      ...(title === undefined ? [] : [{ type: "set" as const, path: ["name"], value: title }]),
    ];
    return applyEdits(source, edits).source;
  } catch {
    return null;
  }
}

/** The nodes of a flow that call another flow by this id. */
export function callersIn(document: FlowDocument, flow: string): readonly string[] {
  return Object.entries(document.nodes).flatMap(([id, node]) => (calledBy(node) === flow ? [id] : []));
}

/** A flow whose calls of `from` call `to` instead; null: it calls it nowhere, or cannot be read. */
export function withCallsRenamed(source: string, from: string, to: string): string | null {
  const { document } = parseFlow(source);
  const nodes = document ? callersIn(document, from) : [];
  if (nodes.length === 0) return null;
  return applyEdits(
    source,
    nodes.map((node) => ({ type: "set", path: ["nodes", node, "flow"], value: to })),
  ).source;
}

/** A playbook under another id; one that cannot be read stays as it is. */
export function withPlaybookId(source: string, id: string): string {
  try {
    return applyEdits(source, [{ type: "set", path: ["playbook"], value: id }]).source;
  } catch {
    return source;
  }
}
