import type { Diagnostic, ExampleLine } from "../../domain/diagnostic.ts";
import { bilingual, inLanguage, type Language } from "../../domain/language.ts";
import { textOf } from "../../domain/message.ts";
import type { ExitSpec } from "../../nodes/node-type.ts";
import type { FlowDocument } from "../document.ts";
import type { Edge, FlowGraph, Vertex } from "./graph.ts";

/** A way through the flow: each node with the exit by which it is left; the last one is not left. */
export type Way = readonly { readonly id: string; readonly exit: ExitSpec | null }[];

type Example = NonNullable<Diagnostic["example"]>;

/** A chat shows the last steps of a long way: what came before is one line, `…`. */
const SHOWN_STEPS = 8;

/**
 * The shortest ways from the start (else from an interrupt) by edges that `allowed` allows, for any number of nodes at
 * the price of one walk; null: no way leads there.
 */
export function waysIn(
  graph: FlowGraph,
  allowed: (from: Vertex, edge: Edge) => boolean = () => true,
): (id: string) => Way | null {
  const before = new Map<string, { readonly id: string; readonly exit: ExitSpec } | null>();
  for (const entry of graph.entries) {
    if (before.has(entry)) continue;
    before.set(entry, null);
    const queue = [entry];
    for (const id of queue) {
      const vertex = graph.vertices.get(id);
      for (const edge of vertex?.out ?? []) {
        if (!vertex || before.has(edge.to) || !allowed(vertex, edge)) continue;
        before.set(edge.to, { id, exit: edge.exit });
        queue.push(edge.to);
      }
    }
  }
  return (id) => {
    if (!before.has(id)) return null;
    const way: { id: string; exit: ExitSpec | null }[] = [{ id, exit: null }];
    for (let step = before.get(id); step; step = before.get(step.id)) way.push(step);
    return way.reverse();
  };
}

/** A way as a short chat. */
export function exampleOf(graph: FlowGraph, document: FlowDocument, way: Way): Example {
  const language = document.languages[0] ?? "fr";
  const first = way[0]?.id;
  const keyword =
    first === document.start ? undefined : document.interrupts.find(({ to }) => to === first)?.keywords[0];
  const chat: ExampleLine[] = keyword === undefined ? [] : [{ contact: keyword }];
  if (way.length > SHOWN_STEPS) chat.push({ event: "…" });
  for (const { id, exit } of way.slice(-SHOWN_STEPS)) {
    const vertex = graph.vertices.get(id);
    if (!vertex) continue;
    for (const content of vertex.type.contents(vertex.node, language)) {
      const words = textOf(content);
      if (words !== "") chat.push({ bot: words });
    }
    if (exit) chat.push(...leaving(vertex, exit, language));
  }
  return { chat, path: way.map(({ id }) => id) };
}

/** How long until time opens this exit, in ms; 0: it is no exit of time; null: nobody can tell beforehand. */
export function delayOf(vertex: Vertex, exit: ExitSpec): number | null {
  const after = vertex.sketch.after?.find((one) => one.exit === exit.name);
  if (!after) return 0;
  return "ms" in after.delay ? after.delay.ms : null;
}

/** A length of time in words: `25 h plus tard`; null: nobody knows how long. */
export function later(ms: number | null, language: Language): string {
  if (ms === null) return bilingual({ fr: "plus tard", en: "later" }, language);
  const minutes = Math.round(ms / 60_000);
  const amount = minutes >= 60 ? `${Math.round(minutes / 6) / 10} h` : `${minutes} min`;
  return language.startsWith("fr") ? `${amount.replace(".", ",")} plus tard` : `${amount} later`;
}

function leaving(vertex: Vertex, exit: ExitSpec, language: Language): readonly ExampleLine[] {
  const label = inLanguage(exit.label, language);
  switch (exit.when) {
    case "choice":
    case "other":
      return [{ contact: label }];
    case "time": {
      const ms = delayOf(vertex, exit);
      return [{ event: later(ms, language) }];
    }
    case "failure":
    case "people":
      return [{ event: label }];
    case "always":
    case "success":
      return vertex.waitsFor === "contact" ? [{ contact: "…" }] : [];
  }
}
