import { useReactFlow } from "@xyflow/react";
import { useMemo } from "react";
import {
  addNode,
  duplicateNodes,
  type Point,
  pasteNodes,
  place,
  removeNodes,
} from "../../engine/core/flow/commands.ts";
import { toast } from "../ui/toast.tsx";
import { wordsOf } from "../words/words.ts";
import { CARD_WIDTH, START } from "./canvas/elements.ts";
import { sketchFor, tidy } from "./canvas/places.ts";
import { nodesOf, textOf } from "./clipboard.ts";
import { useFlow } from "./flow-context.ts";
import { freshNode } from "./fresh-node.ts";
import { flowWords } from "./words.ts";

const BESIDE = CARD_WIDTH + 100;

/** What one does with nodes, by mouse, keys or palette alike; each is one step that can be undone. */
export function useNodeActs() {
  const { session, select, goTo, mayEdit } = useFlow();
  const flow = useReactFlow();
  return useMemo(() => {
    const t = wordsOf(flowWords);
    const drawing = () => (mayEdit && session.state().isReadable ? session.state().drawing : null);
    const middle = (): Point => {
      const pane = document.querySelector(".react-flow")?.getBoundingClientRect();
      const { x, y } = flow.screenToFlowPosition({
        x: (pane?.left ?? 0) + (pane?.width ?? 800) / 2,
        y: (pane?.top ?? 0) + (pane?.height ?? 600) / 2,
      });
      return [x - CARD_WIDTH / 2, y - 60];
    };
    return {
      /** A new node; beside the one whose exit leads to it, else where it was put, else in the middle. */
      add(
        type: string,
        where: { readonly at?: Point; readonly from?: { readonly node: string; readonly exit: string } } = {},
      ): void {
        const now = drawing();
        if (!now) return;
        const source = where.from ? flow.getNode(where.from.node)?.position : undefined;
        const at = where.at ?? (source ? ([source.x + BESIDE, source.y] as const) : middle());
        const { id, edits } = addNode(now.sketch, freshNode(type, now.languages), {
          at: snapped(at),
          ...(where.from ? { from: where.from } : {}),
        });
        session.edit(edits);
        goTo(id);
      },
      remove(ids: readonly string[]): void {
        const now = drawing();
        const gone = ids.filter((id) => id !== START);
        if (!now || gone.length === 0 || gone.length === now.nodes.size) return;
        session.edit(removeNodes(now.sketch, gone));
        select([]);
        toast({ text: t("deleted", { count: gone.length }), action: { label: t("undo"), run: session.undo } });
      },
      duplicate(ids: readonly string[]): void {
        const now = drawing();
        if (!now) return;
        const { edits, ids: made } = duplicateNodes(
          now.sketch,
          ids.filter((id) => id !== START),
        );
        session.edit(edits);
        select(Object.values(made));
      },
      /** The nodes as YAML text, for here, another flow, or a file. */
      copy(ids: readonly string[]): string | null {
        const now = session.state().drawing;
        const chosen = ids.filter((id) => id !== START);
        if (!now || chosen.length === 0) return null;
        toast({ text: t("copied", { count: chosen.length }) });
        return textOf(now, chosen);
      },
      paste(text: string): void {
        const now = drawing();
        const copied = nodesOf(text);
        if (!now) return;
        if (!copied) return void toast({ text: t("pasteNothing"), tone: "problem" });
        const [x, y] = middle();
        const corners = Object.values(copied.places);
        const left = Math.min(...corners.map(([one]) => one), Number.POSITIVE_INFINITY);
        const top = Math.min(...corners.map(([, one]) => one), Number.POSITIVE_INFINITY);
        const places = Object.fromEntries(
          Object.keys(copied.nodes).map((id, index) => {
            const own = copied.places[id];
            const point: Point = own ? [own[0] - left + x, own[1] - top + y] : [x + index * 40, y + index * 40];
            return [id, snapped(point)];
          }),
        );
        const { edits, ids } = pasteNodes(now.sketch, copied.nodes, places);
        session.edit(edits);
        select(Object.values(ids));
      },
      async tidy(): Promise<void> {
        const now = drawing();
        if (!now) return;
        const sizes = new Map(flow.getNodes().map(({ id, measured }) => [id, { height: measured?.height ?? 160 }]));
        const places = await tidy(sketchFor(now, sizes));
        session.edit([{ type: "set", path: ["layout"], value: Object.fromEntries(Object.entries(places)) }]);
        requestAnimationFrame(() => void flow.fitView({ duration: 200, maxZoom: 1, padding: 0.12 }));
      },
      align(ids: readonly string[], side: "left" | "top"): void {
        const nodes = flow.getNodes().filter(({ id }) => ids.includes(id) && id !== START);
        if (!drawing() || nodes.length < 2) return;
        const edge = Math.min(...nodes.map(({ position }) => (side === "left" ? position.x : position.y)));
        const places = nodes.map(({ id, position }) => [id, side === "left" ? [edge, position.y] : [position.x, edge]]);
        session.edit(place(Object.fromEntries(places) as Record<string, Point>));
      },
    };
  }, [session, select, goTo, mayEdit, flow]);
}

function snapped([x, y]: Point): Point {
  return [Math.round(x / 20) * 20, Math.round(y / 20) * 20];
}
