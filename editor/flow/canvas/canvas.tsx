import {
  applyNodeChanges,
  Background,
  BackgroundVariant,
  ConnectionMode,
  type Edge,
  type FinalConnectionState,
  MiniMap,
  type Node,
  type OnNodesChange,
  ReactFlow,
  type ReactFlowInstance,
  SelectionMode,
  useReactFlow,
} from "@xyflow/react";
import "@xyflow/react/dist/style.css";
import "./canvas.css";
import { type DragEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { connect, disconnect, place } from "../../../engine/core/flow/commands.ts";
import { toneOf } from "../../flows/node-look.ts";
import { useWords } from "../../words/words.ts";
import { useFlow, useFlowPart } from "../flow-context.ts";
import { useNodeActs } from "../node-acts.ts";
import { DRAGGED } from "../palette.tsx";
import { flowWords } from "../words.ts";
import { Card } from "./card.tsx";
import { boxesOf, type CanvasNode, type CardData, linesOf, START } from "./elements.ts";
import { NextBlock, type NextBlockAt } from "./next-block.tsx";
import { usePlaces } from "./places.ts";
import { SelectionBar } from "./selection-bar.tsx";
import { StartCard } from "./start-card.tsx";

/** A flow that fits is shown whole; a larger one from its beginning, so that its first cards can be read. */
const READABLE = 0.6;
async function look(flow: ReactFlowInstance<CanvasNode, Edge>, start: string): Promise<void> {
  await flow.fitView({ maxZoom: 1, padding: 0.12 });
  const first = flow.getNode(start);
  if (flow.getZoom() >= READABLE || !first) return;
  const isNarrow = window.innerWidth < 768;
  const zoom = isNarrow ? 0.7 : 0.8;
  const pane = document.querySelector(".react-flow")?.getBoundingClientRect();
  const left = isNarrow ? first.position.x - 24 : first.position.x - 380;
  await flow.setViewport({ x: -left * zoom, y: (pane?.height ?? 600) * 0.35 - first.position.y * zoom, zoom });
}

const nodeTypes = { card: Card, start: StartCard };
const GRID: [number, number] = [20, 20];

function colourOf(node: Node): string {
  const { data, type } = node as CanvasNode;
  return type === "card" ? `var(--${toneOf((data as CardData).drawn.type?.group ?? "logic")})` : "var(--line-strong)";
}

/** The flow as a drawing that one can work in. */
export function Canvas() {
  const t = useWords(flowWords);
  const { session, mayEdit, selected, select, lit } = useFlow();
  const drawing = useFlowPart((state) => state.drawing);
  const isReadable = useFlowPart((state) => state.isReadable);
  const diagnostics = useFlowPart((state) => state.diagnostics);
  const places = usePlaces(drawing);
  const acts = useNodeActs();
  const flow = useReactFlow<CanvasNode, Edge>();
  const [nodes, setNodes] = useState<readonly CanvasNode[]>([]);
  const [next, setNext] = useState<NextBlockAt | null>(null);
  const frame = useRef<HTMLDivElement>(null);
  const canEdit = mayEdit && isReadable;
  const litSet = useMemo(() => new Set(lit), [lit]);
  useEffect(() => {
    if (drawing) setNodes((before) => boxesOf(drawing, places, diagnostics, litSet, before));
  }, [drawing, places, diagnostics, litSet]);
  // The selection lives outside, so that problems, search and form can choose, too.
  useEffect(() => {
    const chosen = new Set(selected);
    setNodes((before) =>
      before.some((node) => (node.selected ?? false) !== chosen.has(node.id))
        ? before.map((node) =>
            (node.selected ?? false) === chosen.has(node.id) ? node : { ...node, selected: chosen.has(node.id) },
          )
        : before,
    );
  }, [selected]);
  const lines = useRef<Edge[]>([]);
  const [chosenLines, setChosenLines] = useState<ReadonlySet<string>>(new Set());
  const edges = useMemo(() => {
    lines.current = drawing ? [...linesOf(drawing, litSet, lines.current)] : [];
    return chosenLines.size === 0
      ? lines.current
      : lines.current.map((line) => (chosenLines.has(line.id) ? { ...line, selected: true } : line));
  }, [drawing, litSet, chosenLines]);

  const changed: OnNodesChange<CanvasNode> = useCallback(
    (changes) => {
      const own = changes.filter((change) => change.type !== "remove");
      setNodes((before) => applyNodeChanges(own, [...before]));
      const chosen = own.filter((change) => change.type === "select");
      if (chosen.length > 0) {
        const now = new Set(selected);
        for (const change of chosen) now[change.selected ? "add" : "delete"](change.id);
        select([...now]);
      }
      // Arrow keys move boxes without a drag: the step ends with the change itself.
      const moved = own.flatMap((change) =>
        change.type === "position" && change.position && change.dragging === false && change.id !== START
          ? [[change.id, [change.position.x, change.position.y]] as const]
          : [],
      );
      if (moved.length > 0 && canEdit) session.edit(place(Object.fromEntries(moved)), "move");
    },
    [selected, select, session, canEdit],
  );

  const join = (source: string | null, exit: string | null | undefined, target: string | null): void => {
    if (!source || !exit || !target || target === START) return;
    if (source !== START) session.edit(connect(source, exit, target));
    else if (exit === "start") session.edit([{ type: "set", path: ["start"], value: target }]);
    else session.edit([{ type: "set", path: ["interrupts", Number(exit.split("-")[1]), "to"], value: target }]);
  };
  const dropped = (event: MouseEvent | TouchEvent, state: FinalConnectionState): void => {
    if (state.isValid || !state.fromNode || !state.fromHandle?.id || state.fromNode.id === START) return;
    const touch = "changedTouches" in event ? event.changedTouches[0] : event;
    if (!touch) return;
    const point = flow.screenToFlowPosition({ x: touch.clientX, y: touch.clientY });
    const corner = frame.current?.getBoundingClientRect();
    setNext({
      from: { node: state.fromNode.id, exit: state.fromHandle.id },
      at: [point.x, point.y - 24],
      screen: [touch.clientX - (corner?.left ?? 0), touch.clientY - (corner?.top ?? 0)],
    });
  };
  const placed = (event: DragEvent): void => {
    const type = event.dataTransfer.getData(DRAGGED);
    if (!type || !canEdit) return;
    event.preventDefault();
    const point = flow.screenToFlowPosition({ x: event.clientX, y: event.clientY });
    acts.add(type, { at: [point.x - 130, point.y - 24] });
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: takes what is dragged from the palette, which keys can place, too
    <div ref={frame} className="relative size-full" onDragOver={(event) => event.preventDefault()} onDrop={placed}>
      <ReactFlow<CanvasNode, Edge>
        aria-label={t("canvas")}
        nodes={nodes as CanvasNode[]}
        edges={edges}
        nodeTypes={nodeTypes}
        onNodesChange={changed}
        onEdgesChange={(changes) =>
          setChosenLines((before) => {
            const now = new Set(before);
            for (const change of changes)
              if (change.type === "select") now[change.selected ? "add" : "delete"](change.id);
            return now;
          })
        }
        onConnect={({ source, sourceHandle, target }) => join(source, sourceHandle, target)}
        onConnectEnd={dropped}
        onReconnect={(old, { target }) => join(old.source, old.sourceHandle, target)}
        onEdgesDelete={(gone) => {
          const { sketch } = session.state().drawing ?? {};
          if (!sketch) return;
          session.edit(gone.flatMap(({ source, sourceHandle }) => disconnect(sketch, source, sourceHandle ?? "")));
        }}
        onNodesDelete={(gone) => acts.remove(gone.map(({ id }) => id))}
        onPaneClick={() => setNext(null)}
        connectionMode={ConnectionMode.Loose}
        isValidConnection={({ sourceHandle, target }) => sourceHandle !== "in" && target !== START}
        connectionRadius={36}
        nodesDraggable={canEdit}
        nodesConnectable={canEdit}
        edgesReconnectable={canEdit}
        deleteKeyCode={canEdit ? ["Delete", "Backspace"] : null}
        multiSelectionKeyCode={["Shift", "Meta", "Control"]}
        selectionMode={SelectionMode.Partial}
        selectionOnDrag
        panOnDrag={[1, 2]}
        panOnScroll
        zoomOnScroll={false}
        zoomActivationKeyCode={["Meta", "Control"]}
        snapToGrid
        snapGrid={GRID}
        minZoom={0.1}
        maxZoom={1.75}
        onInit={() => void look(flow, drawing?.start ?? "")}
        onlyRenderVisibleElements={nodes.length > 150}
        proOptions={{ hideAttribution: false }}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1.5} />
        <MiniMap pannable zoomable ariaLabel={t("canvas")} className="max-md:hidden!" nodeColor={colourOf} />
        <SelectionBar />
      </ReactFlow>
      {next ? <NextBlock {...next} onClose={() => setNext(null)} /> : null}
    </div>
  );
}
