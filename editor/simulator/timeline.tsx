import { Download, Timer } from "lucide-react";
import { useState } from "react";
import type { Session, SimAction, SimStep } from "../../engine/core/simulator/session.ts";
import { variablesOf } from "../../engine/core/simulator/simulate.ts";
import { Button } from "../ui/button.tsx";
import { Tabs } from "../ui/tabs.tsx";
import { dateAndTime } from "../words/moments.ts";
import { useLanguage, useWords } from "../words/words.ts";
import { simulatorWords } from "./words.ts";

/** What happened step by step, what the run remembers, and the delays that are running. */
export function Timeline({
  session,
  onAct,
  onLight,
  onSave,
}: {
  readonly session: Session;
  readonly onAct: (action: SimAction) => void;
  readonly onLight: (nodes: readonly string[]) => void;
  readonly onSave: () => void;
}) {
  const t = useWords(simulatorWords);
  const [tab, setTab] = useState("steps");
  return (
    <div className="flex h-44 shrink-0 flex-col border-t border-line">
      <Tabs
        label={t("timeline")}
        value={tab}
        onChange={setTab}
        className="flex-1"
        tabs={[
          { value: "steps", label: t("timeline"), content: <Steps {...{ session, onLight }} /> },
          { value: "variables", label: t("variables"), content: <Variables session={session} /> },
          { value: "timers", label: t("timers"), content: <Timers {...{ session, onAct }} /> },
        ]}
      />
      <div className="shrink-0 border-t border-line p-2">
        <Button size="small" icon={Download} disabled={session.talk.script.lines.length === 0} onClick={onSave}>
          {t("save")}
        </Button>
      </div>
    </div>
  );
}

function Steps({
  session,
  onLight,
}: {
  readonly session: Session;
  readonly onLight: (nodes: readonly string[]) => void;
}) {
  const t = useWords(simulatorWords);
  const language = useLanguage();
  if (session.steps.length === 0) return <p className="p-3 text-xs text-muted">{t("nothing")}</p>;
  const wayOf = (step: SimStep): string =>
    step.path.map(({ node, exit }) => (exit === undefined ? node : `${node} › ${exit}`)).join("  →  ");
  return (
    <ol className="flex flex-col p-1">
      {session.steps.map((step, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: steps are only ever added at the end
        <li key={index}>
          <button
            type="button"
            onClick={() => onLight([...new Set(step.path.map(({ node }) => node))])}
            className="w-full rounded-md px-2 py-1 text-left text-xs hover:bg-sunken"
          >
            <span className="font-medium">{t(`did_${step.action.type}`)}</span>{" "}
            <span className="text-muted">{dateAndTime(step.at, language)}</span>
            <span className="block [overflow-wrap:anywhere] text-brand">{wayOf(step)}</span>
            {step.effects.map((effect, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: effects of a step have no name but their place
              <span key={place} className="block [overflow-wrap:anywhere] text-agent">
                {effect.type} {detailOf(effect)}
              </span>
            ))}
          </button>
        </li>
      ))}
    </ol>
  );
}

function detailOf(effect: SimStep["effects"][number]): string {
  const { type: _, ...rest } = effect as Readonly<Record<string, unknown>>;
  return Object.entries(rest)
    .filter(([key, value]) => key !== "key" && typeof value === "string" && value !== "")
    .map(([, value]) => String(value))
    .join(" · ")
    .slice(0, 160);
}

function Variables({ session }: { readonly session: Session }) {
  const t = useWords(simulatorWords);
  const last = session.steps[session.steps.length - 1]?.variables;
  const entries = Object.entries(variablesOf(session.talk) ?? last ?? {});
  if (entries.length === 0) return <p className="p-3 text-xs text-muted">{t("noVariables")}</p>;
  return (
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 p-3 text-xs">
      {entries.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="font-medium">{name}</dt>
          <dd className="[overflow-wrap:anywhere]">{typeof value === "string" ? value : JSON.stringify(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Timers({ session, onAct }: { readonly session: Session; readonly onAct: (action: SimAction) => void }) {
  const t = useWords(simulatorWords);
  const language = useLanguage();
  const { timers } = session.talk;
  if (timers.length === 0) return <p className="p-3 text-xs text-muted">{t("nothing")}</p>;
  return (
    <ul className="flex flex-col gap-1 p-3 text-xs">
      {timers.map(({ name, dueAt }) => (
        <li key={name} className="flex items-center gap-2">
          <Timer size={14} strokeWidth={1.75} aria-hidden />
          <span className="flex-1">{dateAndTime(dueAt, language)}</span>
          <Button size="small" onClick={() => onAct({ type: "jump", timer: name })}>
            {t("jump")}
          </Button>
        </li>
      ))}
    </ul>
  );
}
