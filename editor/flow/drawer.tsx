import { Activity, ChevronDown, CircleAlert, CircleCheck, Code, History as HistoryIcon, Lightbulb } from "lucide-react";
import { lazy, type PointerEvent, Suspense, useState } from "react";
import { IconButton } from "../ui/button.tsx";
import { classes } from "../ui/classes.ts";
import { Skeleton } from "../ui/states.tsx";
import { useWords } from "../words/words.ts";
import { useFlow, useFlowPart } from "./flow-context.ts";
import { Problems } from "./problems.tsx";
import { flowWords } from "./words.ts";

const YamlEditor = lazy(async () => ({ default: (await import("./yaml/yaml-editor.tsx")).YamlEditor }));
const History = lazy(async () => ({ default: (await import("../publishing/history.tsx")).History }));
const Live = lazy(async () => ({ default: (await import("../live/live.tsx")).Live }));
const LOWEST = 140;

/** What lies below the drawing: what is wrong with it, and its text. Folded, it still says how many problems there are. */
export function Drawer() {
  const t = useWords(flowWords);
  const { id, channels, drawer, openDrawer, goTo, light } = useFlow();
  const diagnostics = useFlowPart((state) => state.diagnostics);
  const [height, setHeight] = useState(() => Math.min(360, window.innerHeight * 0.4));
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  const count = diagnostics.filter(({ severity }) => severity !== "info").length;
  const tabs = [
    {
      tab: "problems" as const,
      icon: errors > 0 ? CircleAlert : count > 0 ? Lightbulb : CircleCheck,
      colour: errors > 0 ? "text-problem" : count > 0 ? "text-agent" : "text-brand",
      label: count > 0 ? `${t("problemsTab")} (${count})` : t("problemsTab"),
    },
    { tab: "yaml" as const, icon: Code, colour: "", label: t("yamlTab") },
    { tab: "history" as const, icon: HistoryIcon, colour: "", label: t("historyTab") },
    { tab: "live" as const, icon: Activity, colour: "", label: t("liveTab") },
  ];
  const drag = (event: PointerEvent): void => {
    const from = event.clientY;
    const move = (now: globalThis.PointerEvent): void =>
      setHeight(Math.max(LOWEST, Math.min(window.innerHeight - 200, height + from - now.clientY)));
    const end = (): void => {
      window.removeEventListener("pointermove", move);
      window.removeEventListener("pointerup", end);
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end);
  };
  return (
    <section aria-label={t("drawer")} className="relative flex shrink-0 flex-col border-t border-line bg-surface">
      {drawer ? (
        // biome-ignore lint/a11y/useSemanticElements: a line that can be moved, which hr cannot
        <div
          role="separator"
          aria-orientation="horizontal"
          aria-label={t("resize")}
          aria-valuenow={Math.round(height)}
          aria-valuemin={LOWEST}
          tabIndex={0}
          onPointerDown={drag}
          onKeyDown={(event) => {
            if (event.key === "ArrowUp") setHeight(Math.min(window.innerHeight - 200, height + 24));
            if (event.key === "ArrowDown") setHeight(Math.max(LOWEST, height - 24));
          }}
          className="absolute inset-x-0 -top-1 z-10 h-2 cursor-row-resize"
        />
      ) : null}
      <div className="flex h-10 shrink-0 items-center gap-1 px-2">
        <div className="flex gap-1" role="tablist" aria-label={t("drawer")}>
          {tabs.map(({ tab, icon: Icon, colour, label }) => (
            <button
              key={tab}
              type="button"
              role="tab"
              id={`drawer-${tab}`}
              aria-selected={drawer === tab}
              aria-controls="drawer-panel"
              onClick={() => openDrawer(drawer === tab ? null : tab)}
              className={classes(
                "flex min-h-8 items-center gap-2 rounded-md px-3 text-sm",
                drawer === tab ? "bg-sunken font-medium" : "text-muted hover:bg-sunken",
              )}
            >
              <Icon size={16} strokeWidth={1.75} className={colour} aria-hidden />
              {label}
            </button>
          ))}
        </div>
        <div className="flex-1" />
        {drawer ? (
          <IconButton icon={ChevronDown} size="small" label={t("closeDrawer")} onClick={() => openDrawer(null)} />
        ) : null}
      </div>
      <div
        id="drawer-panel"
        role="tabpanel"
        aria-labelledby={drawer ? `drawer-${drawer}` : undefined}
        hidden={drawer === null}
        style={{ height: drawer ? height : 0 }}
        className={classes("border-t border-line", drawer === "yaml" ? "overflow-hidden" : "overflow-y-auto")}
      >
        {drawer === "problems" ? <Problems /> : null}
        {drawer === "yaml" ? (
          <Suspense fallback={<Skeleton className="m-4 h-40" />}>
            <YamlEditor />
          </Suspense>
        ) : null}
        {drawer === "history" || drawer === "live" ? (
          <Suspense fallback={<Skeleton className="m-4 h-40" />}>
            {drawer === "history" ? (
              <History id={id} onChoose={goTo} />
            ) : (
              <Live id={id} channels={channels} onChoose={goTo} onLight={light} />
            )}
          </Suspense>
        ) : null}
      </div>
    </section>
  );
}
