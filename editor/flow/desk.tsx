import { useQuery } from "@tanstack/react-query";
import { useReactFlow } from "@xyflow/react";
import { Plus, X } from "lucide-react";
import { lazy, Suspense, useCallback, useMemo, useState, useSyncExternalStore } from "react";
import { channelsQuery } from "../channels/channel-offers.ts";
import { useMay } from "../session/session.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { classes } from "../ui/classes.ts";
import { Popover } from "../ui/popover.tsx";
import { Skeleton } from "../ui/states.tsx";
import { useWords } from "../words/words.ts";
import type { Surroundings } from "./around.ts";
import { Canvas } from "./canvas/canvas.tsx";
import { CARD_WIDTH, START } from "./canvas/elements.ts";
import { ConflictDialog } from "./conflict.tsx";
import { Drawer } from "./drawer.tsx";
import { type DrawerTab, FlowContext, type FlowWorkspace, useFlow, useFlowPart } from "./flow-context.ts";
import type { FlowSession } from "./flow-session.ts";
import { FlowTools } from "./flow-tools.tsx";
import { FlowForm } from "./form/flow-form.tsx";
import { NodeForm } from "./form/node-form.tsx";
import { useNodeActs } from "./node-acts.ts";
import { Palette } from "./palette.tsx";
import { Shortcuts } from "./shortcuts.tsx";
import { Tour } from "./tour.tsx";
import { flowWords } from "./words.ts";

const Simulator = lazy(async () => ({ default: (await import("../simulator/simulator.tsx")).Simulator }));

/** The desk on which a flow is made: blocks at the left, the drawing, the form of what is chosen, what is said about it below. */
export function Desk({
  id,
  session,
  around,
}: {
  readonly id: string;
  readonly session: FlowSession;
  readonly around: Surroundings | null;
}) {
  const mayEdit = useMay("flows.edit");
  const flow = useReactFlow();
  const [selected, setSelected] = useState<readonly string[]>([]);
  const [lit, light] = useState<readonly string[]>([]);
  const [drawer, setDrawer] = useState<DrawerTab | null>(null);
  const [isSimulating, simulate] = useState(false);
  const [line, setLine] = useState<number | null>(null);
  const select = useCallback((ids: readonly string[]) => {
    setSelected(ids);
    light([]);
  }, []);
  // Nothing here may change with every edit: all that works with the flow would be drawn anew.
  const wanted = useSyncExternalStore(session.subscribe, () => session.state().drawing?.value.channels);
  const channels = useMemo(
    () => (around?.channels ?? []).filter(({ type }) => !Array.isArray(wanted) || wanted.includes(type)),
    [around, wanted],
  );
  const goTo = useCallback(
    (node: string) => {
      select([node]);
      // The box may only just have been made: it is looked for when it is drawn.
      setTimeout(() => {
        const [x, y] = session.state().drawing?.layout[node] ?? [
          flow.getNode(node)?.position.x,
          flow.getNode(node)?.position.y,
        ];
        if (x === undefined || y === undefined) return;
        const zoom = Math.max(0.6, Math.min(1, flow.getZoom()));
        void flow.setCenter(x + CARD_WIDTH / 2, y + 80, { zoom, duration: 180 });
      }, 30);
    },
    [select, flow, session],
  );
  const workspace = useMemo(
    (): FlowWorkspace => ({
      id,
      session,
      mayEdit,
      channels,
      flowIds: around?.flowIds ?? [],
      playbooks: around?.playbooks ?? [],
      selected,
      select,
      goTo,
      lit,
      light,
      drawer,
      openDrawer: (tab, at) => {
        setDrawer(tab);
        setLine(at ?? null);
      },
      line,
      isSimulating,
      simulate,
      others: around?.check.others ?? [],
    }),
    [id, session, mayEdit, around, channels, selected, select, goTo, lit, drawer, line, isSimulating],
  );
  return (
    <FlowContext value={workspace}>
      <FlowTools />
      <div className="relative flex h-full min-h-0">
        <Blocks />
        <div className="flex min-w-0 flex-1 flex-col">
          <Unreadable />
          <div className="relative min-h-0 flex-1">
            <Canvas />
          </div>
          <Drawer />
        </div>
        {isSimulating ? <Talk /> : <Form />}
      </div>
      <Shortcuts />
      <ConflictDialog />
      <Tour />
    </FlowContext>
  );
}

function Blocks() {
  const t = useWords(flowWords);
  const { session, mayEdit, selected } = useFlow();
  const acts = useNodeActs();
  const [isOpen, setOpen] = useState(false);
  if (!mayEdit) return null;
  // Beside what is chosen, by its first free way out; else in the middle.
  const add = (type: string): void => {
    const [only] = selected;
    const { drawing } = session.state();
    const drawn = only === undefined || selected.length > 1 ? undefined : drawing?.nodes.get(only);
    const free = drawn?.exits.find(({ need, to }) => need === "required" && to === null);
    acts.add(type, drawn && free ? { from: { node: drawn.id, exit: free.name } } : {});
  };
  return (
    <>
      <aside aria-label={t("palette")} className="hidden w-60 shrink-0 border-r border-line bg-surface lg:block">
        <Palette onChoose={add} />
      </aside>
      <div className="absolute top-3 left-3 z-10 lg:hidden">
        <Popover
          label={t("palette")}
          open={isOpen}
          onOpen={setOpen}
          trigger={<IconButton icon={Plus} look="primary" label={t("palette")} className="shadow-float" />}
        >
          <div className="h-[50dvh]">
            <Palette
              isDraggable={false}
              onChoose={(type) => {
                setOpen(false);
                add(type);
              }}
            />
          </div>
        </Popover>
      </div>
    </>
  );
}

/** A talk with the flow as it stands on the desk. */
function Talk() {
  const { channels: connected, selected, light, simulate, others } = useFlow();
  // Any channel can be tried, also before it is connected; those that are come first.
  const { data: known = [] } = useQuery(channelsQuery);
  const channels = [...connected, ...known.filter(({ type }) => connected.every((one) => one.type !== type))];
  const source = useFlowPart((state) => state.source);
  const [only] = selected;
  const node = only === undefined || only === START ? null : only;
  return (
    <Suspense fallback={<Skeleton className="w-96 shrink-0" />}>
      <Simulator
        {...{ source, others, channels, node }}
        onLight={light}
        onClose={() => {
          light([]);
          simulate(false);
        }}
      />
    </Suspense>
  );
}

function Form() {
  const t = useWords(flowWords);
  const { selected, select } = useFlow();
  const [only] = selected;
  const drawn = useFlowPart((state) => (only === undefined ? undefined : state.drawing?.nodes.get(only)));
  if (only === undefined) return null;
  return (
    <aside
      aria-label={t("toolbar")}
      className={classes(
        "flex w-96 shrink-0 flex-col border-l border-line bg-surface",
        "max-md:fixed max-md:inset-x-0 max-md:bottom-0 max-md:z-30 max-md:h-[75dvh] max-md:w-auto max-md:rounded-t-lg max-md:border-t max-md:shadow-float",
      )}
    >
      <div className="flex h-11 shrink-0 items-center justify-between border-b border-line pr-2 pl-4">
        <p className="truncate text-xs text-muted">
          {selected.length > 1 ? t("chosen", { count: selected.length }) : only === START ? t("start") : only}
        </p>
        <IconButton icon={X} size="small" label={t("closeForm")} hint="Esc" onClick={() => select([])} />
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto">
        {selected.length > 1 ? null : only === START ? (
          <FlowForm />
        ) : drawn ? (
          <NodeForm key={only} drawn={drawn} />
        ) : null}
      </div>
    </aside>
  );
}

function Unreadable() {
  const t = useWords(flowWords);
  const { openDrawer } = useFlow();
  const isReadable = useFlowPart((state) => state.isReadable);
  const diagnostics = useFlowPart((state) => state.diagnostics);
  if (isReadable) return null;
  return (
    <div role="alert" className="flex flex-wrap items-center gap-3 border-b border-problem bg-problem-soft px-4 py-2">
      <p className="flex-1">{t("unreadable")}</p>
      <Button size="small" onClick={() => openDrawer("yaml", diagnostics[0]?.range.start.line)}>
        {t("seeYaml")}
      </Button>
    </div>
  );
}
