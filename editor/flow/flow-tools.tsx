import { useReactFlow } from "@xyflow/react";
import {
  ArrowLeft,
  CircleAlert,
  Cloud,
  CloudOff,
  FlaskConical,
  Keyboard,
  LayoutGrid,
  Maximize,
  Redo2,
  RefreshCw,
  Rocket,
  Undo2,
} from "lucide-react";
import { lazy, Suspense, useDeferredValue, useMemo, useState } from "react";
import { Link } from "react-router";
import { inLanguage, type Language, type LocalizedText } from "../../engine/core/domain/language.ts";
import { type Command, useCommands } from "../app/commands.ts";
import { TopBarContent } from "../app/top-bar.tsx";
import { iconOf } from "../flows/node-look.ts";
import { useMay } from "../session/session.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { clock } from "../words/moments.ts";
import { useLanguage, useWords } from "../words/words.ts";
import type { DrawnNode } from "./drawing.ts";
import { useFlow, useFlowPart } from "./flow-context.ts";
import { useNodeActs } from "./node-acts.ts";
import { openHelp } from "./shortcuts.tsx";
import { flowWords } from "./words.ts";

const PublishDialog = lazy(async () => ({ default: (await import("../publishing/publish-dialog.tsx")).PublishDialog }));

/** The flow's name, whether it is saved, and the tools for all of it, in the top bar; its blocks in the palette of commands. */
export function FlowTools() {
  const t = useWords(flowWords);
  const language = useLanguage();
  const { id, session, goTo, mayEdit, isSimulating, simulate } = useFlow();
  const mayPublish = useMay("flows.publish");
  const [isPublishing, setPublishing] = useState(false);
  // What is published is the file: what was only just written goes there first.
  const openPublishing = async (): Promise<void> => {
    await session.save();
    setPublishing(true);
  };
  const canUndo = useFlowPart((state) => state.canUndo);
  const canRedo = useFlowPart((state) => state.canRedo);
  const isReadable = useFlowPart((state) => state.isReadable);
  const acts = useNodeActs();
  const flow = useReactFlow();
  const name = useFlowPart((state) => state.drawing?.value.name) as LocalizedText | undefined;
  // The palette is not open while one types: its list may come later, and only what changed is worded anew.
  const nodes = useDeferredValue(useFlowPart((state) => state.drawing?.nodes));
  const commands = useMemo(
    (): readonly Command[] => [
      ...[...(nodes?.values() ?? [])].map((drawn) => ({
        ...wordsFor(drawn, language),
        group: t("find"),
        run: () => goTo(drawn.id),
      })),
      ...(mayEdit
        ? [{ id: "flow-tidy", title: t("layout"), group: t("canvas"), icon: LayoutGrid, run: () => void acts.tidy() }]
        : []),
      {
        id: "flow-fit",
        title: t("fit"),
        group: t("canvas"),
        icon: Maximize,
        keys: "1",
        run: () => void flow.fitView({ duration: 180 }),
      },
      { id: "flow-help", title: t("help"), group: t("canvas"), icon: Keyboard, keys: "?", run: openHelp },
    ],
    [nodes, t, language, goTo, acts, flow, mayEdit],
  );
  useCommands(commands);
  return (
    <TopBarContent
      place={
        <>
          <Link
            to="/flows"
            aria-label={t("back")}
            className="grid size-9 shrink-0 place-items-center rounded-md text-muted hover:bg-sunken pointer-coarse:size-11"
          >
            <ArrowLeft size={18} strokeWidth={1.75} aria-hidden />
          </Link>
          <h1 className="truncate text-base font-semibold">
            {name === undefined ? id : inLanguage(name, language) || id}
          </h1>
          <SaveState />
        </>
      }
      acts={
        <div className="flex items-center gap-1">
          <div className="flex items-center max-sm:hidden">
            {mayEdit ? (
              <>
                <IconButton icon={Undo2} label={t("undo")} hint="mod+z" disabled={!canUndo} onClick={session.undo} />
                <IconButton
                  icon={Redo2}
                  label={t("redo")}
                  hint="mod+shift+z"
                  disabled={!canRedo}
                  onClick={session.redo}
                />
                <IconButton
                  icon={LayoutGrid}
                  label={t("layout")}
                  hint="L"
                  disabled={!isReadable}
                  onClick={() => void acts.tidy()}
                />
              </>
            ) : null}
            <IconButton
              icon={Maximize}
              label={t("fit")}
              hint="1"
              onClick={() => void flow.fitView({ duration: 180 })}
            />
            <IconButton icon={Keyboard} label={t("help")} hint="?" onClick={openHelp} />
          </div>
          <Button icon={FlaskConical} aria-pressed={isSimulating} onClick={() => simulate(!isSimulating)}>
            <span className="max-md:sr-only">{t("simulate")}</span>
          </Button>
          {mayPublish ? (
            <Button look="primary" icon={Rocket} onClick={() => void openPublishing()}>
              <span className="max-md:sr-only">{t("publish")}</span>
            </Button>
          ) : null}
          {isPublishing ? (
            <Suspense>
              <PublishDialog id={id} open onClose={() => setPublishing(false)} />
            </Suspense>
          ) : null}
        </div>
      }
    />
  );
}

type NodeWords = Pick<Command, "id" | "title" | "icon" | "words">;
const worded = new WeakMap<DrawnNode, Map<Language, NodeWords>>();

/** How a node is found in the palette of commands; kept as long as the node stays the same. */
function wordsFor(drawn: DrawnNode, language: "fr" | "en"): NodeWords {
  const kept = worded.get(drawn) ?? new Map<Language, NodeWords>();
  const known = kept.get(language);
  if (known) return known;
  const { id, raw, type, node } = drawn;
  const words = {
    id: `node-${id}`,
    title: typeof raw.title === "string" ? raw.title : id,
    icon: iconOf(raw.type, type?.group ?? "logic"),
    words: `${type?.label[language] ?? ""} ${node ? type?.preview(node, language) : ""}`,
  };
  worded.set(drawn, kept.set(language, words));
  return words;
}

function SaveState() {
  const t = useWords(flowWords);
  const language = useLanguage();
  const { session } = useFlow();
  const saving = useFlowPart((state) => state.saving);
  const savedAt = useFlowPart((state) => state.savedAt);
  const [Icon, words, tone] =
    saving === "failed"
      ? ([CloudOff, t("saveFailed"), "text-problem"] as const)
      : saving === "conflict"
        ? ([CircleAlert, t("saveConflict"), "text-problem"] as const)
        : saving === "saved"
          ? ([Cloud, savedAt ? t("savedAt", { time: clock(savedAt, language) }) : t("saved"), "text-muted"] as const)
          : ([RefreshCw, t("saving"), "text-muted"] as const);
  return (
    <span role="status" className={`flex shrink-0 items-center gap-1.5 text-xs ${tone}`}>
      <Icon size={14} strokeWidth={1.75} aria-hidden />
      <span className="max-md:sr-only">{words}</span>
      {saving === "failed" ? (
        <button type="button" onClick={() => void session.save()} className="font-medium underline underline-offset-4">
          {t("retry")}
        </button>
      ) : null}
    </span>
  );
}
