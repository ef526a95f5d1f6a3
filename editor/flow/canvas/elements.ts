import type { Edge, Node } from "@xyflow/react";
import type { Diagnostic } from "../../../engine/core/domain/diagnostic.ts";
import type { FlowSketch } from "../../../engine/core/flow/commands.ts";
import type { Drawing, DrawnNode } from "../drawing.ts";

/** The id of the box that says what starts the flow. */
export const START = "__start";
const START_GAP = 340;
export const CARD_WIDTH = 260;

export interface CardData extends Record<string, unknown> {
  readonly drawn: DrawnNode;
  readonly isStart: boolean;
  readonly errors: number;
  readonly warnings: number;
  readonly isLit: boolean;
  /** The flow's languages, `fr,en`: as a text, so that it is the same as long as it says the same. */
  readonly languages: string;
}
export type CardNode = Node<CardData, "card">;
export interface StartData extends Record<string, unknown> {
  readonly triggers: FlowSketch["triggers"];
  readonly interrupts: FlowSketch["interrupts"];
}
export type StartNode = Node<StartData, "start">;
export type CanvasNode = CardNode | StartNode;

/** The boxes of a drawing. Boxes that did not change are the ones before, so that only what changed is drawn anew. */
export function boxesOf(
  drawing: Drawing,
  places: Readonly<Record<string, readonly [number, number]>>,
  diagnostics: readonly Diagnostic[],
  lit: ReadonlySet<string>,
  before: readonly CanvasNode[],
): readonly CanvasNode[] {
  const old = new Map(before.map((node) => [node.id, node]));
  const problems = new Map<string, { errors: number; warnings: number }>();
  for (const { node, severity } of diagnostics) {
    if (node === undefined || severity === "info") continue;
    const counted = problems.get(node) ?? { errors: 0, warnings: 0 };
    counted[severity === "error" ? "errors" : "warnings"]++;
    problems.set(node, counted);
  }
  const languages = drawing.languages.join();
  const cards = [...drawing.nodes.values()].map((drawn): CanvasNode => {
    const [x, y] = places[drawn.id] ?? [0, 0];
    const { errors, warnings } = problems.get(drawn.id) ?? { errors: 0, warnings: 0 };
    const data: CardData = {
      drawn,
      isStart: drawn.id === drawing.start,
      errors,
      warnings,
      isLit: lit.has(drawn.id),
      languages,
    };
    return kept(old.get(drawn.id), { id: drawn.id, type: "card", position: { x, y }, data });
  });
  const [x, y] = places[drawing.start] ?? [0, 0];
  const start: StartNode = {
    id: START,
    type: "start",
    position: { x: x - START_GAP, y },
    data: { triggers: drawing.sketch.triggers, interrupts: drawing.sketch.interrupts },
    draggable: false,
    deletable: false,
  };
  return [kept(old.get(START), start), ...cards];
}

function kept(old: CanvasNode | undefined, next: CanvasNode): CanvasNode {
  if (!old || old.type !== next.type) return next;
  const isSame =
    !old.dragging &&
    old.position.x === next.position.x &&
    old.position.y === next.position.y &&
    Object.entries(next.data).every(([key, value]) => old.data[key] === value);
  if (isSame) return old;
  // What React Flow itself keeps in a box (size, selection, a drag that is going on) stays.
  return { ...old, ...next, position: old.dragging ? old.position : next.position } as CanvasNode;
}

/** The lines of a drawing: one for each exit that leads somewhere, and for words that work at any time. */
export function linesOf(drawing: Drawing, lit: ReadonlySet<string>, before: readonly Edge[] = []): readonly Edge[] {
  const lines: Edge[] = [];
  const old = new Map(before.map((line) => [line.id, line]));
  const add = (source: string, exit: string, target: string, more: Partial<Edge> = {}): void => {
    if (!drawing.nodes.has(target)) return;
    const isLit = lit.has(source) && lit.has(target);
    const known = old.get(`${source}:${exit}`);
    const className = isLit ? "lit" : more.className;
    if (known && known.target === target && known.className === className) return void lines.push(known);
    lines.push({
      id: `${source}:${exit}`,
      source,
      sourceHandle: exit,
      target,
      targetHandle: "in",
      type: "smoothstep",
      // Kinks of their own, so that lines to one box do not lie on each other.
      pathOptions: { borderRadius: 16, offset: 24 },
      ...(isLit ? { className: "lit", animated: true } : {}),
      ...more,
    } as Edge);
  };
  for (const { id, exits } of drawing.nodes.values())
    for (const { name, to } of exits) if (to !== null) add(id, name, to);
  add(START, "start", drawing.start, { deletable: false, reconnectable: "target" });
  for (const [index, { to }] of (drawing.sketch.interrupts ?? []).entries())
    add(START, `interrupt-${index}`, to, { className: "aside", reconnectable: "target" });
  return lines;
}
