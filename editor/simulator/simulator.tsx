import { FlaskConical, RotateCcw, Undo2, X } from "lucide-react";
import { useEffect, useMemo, useRef, useState } from "react";
import { inLanguage } from "../../engine/core/domain/language.ts";
import type { FlowMachine } from "../../engine/core/flow/compile.ts";
import { transcriptOf } from "../../engine/core/simulator/script.ts";
import type { SimAction } from "../../engine/core/simulator/session.ts";
import type { ChannelOffer } from "../channels/channel-offers.ts";
import { IconButton } from "../ui/button.tsx";
import { Select } from "../ui/field.tsx";
import { toast } from "../ui/toast.tsx";
import { useLanguage, useWords } from "../words/words.ts";
import { Composer } from "./composer.tsx";
import { Pending } from "./pending.tsx";
import { Phone } from "./phone.tsx";
import { draftOf, setupOf, talkOf } from "./setup.ts";
import { Timeline } from "./timeline.tsx";
import { Trouble } from "./trouble.tsx";
import { simulatorWords } from "./words.ts";

/**
 * A talk with the draft as it stands on the desk: the engine itself runs in the browser. Every change of the flow plays
 * the same talk again, so that one sees at once what it does.
 */
export function Simulator({
  source,
  others,
  channels,
  node,
  onLight,
  onClose,
}: {
  readonly source: string;
  /** The texts of the other flows, for sub-flows. */
  readonly others: readonly string[];
  readonly channels: readonly ChannelOffer[];
  /** The block that is chosen on the drawing. */
  readonly node: string | null;
  readonly onLight: (nodes: readonly string[]) => void;
  readonly onClose: () => void;
}) {
  const t = useWords(simulatorWords);
  const own = useLanguage();
  const [actions, setActions] = useState<readonly SimAction[]>([]);
  const [channelType, setChannelType] = useState(channels[0]?.type);
  const [wanted, setLanguage] = useState<string | null>(null);
  const [answersItself, setAnswersItself] = useState(true);
  const [now, setNow] = useState(() => new Date().toISOString());
  const draft = useLastDraft(source);
  const drafts = useMemo(() => others.flatMap((text) => draftOf(text) ?? []), [others]);
  const channel = channels.find(({ type }) => type === channelType) ?? channels[0];
  const languages = draft.flow?.document.languages ?? [];
  const language = wanted !== null && languages.includes(wanted) ? wanted : (languages[0] ?? own);
  const session = useMemo(() => {
    if (!draft.flow || !channel) return null;
    return talkOf(setupOf(draft.flow, drafts, channel, { language, now, answersItself }), actions);
  }, [draft.flow, drafts, channel, language, now, answersItself, actions]);
  const act = (action: SimAction): void => setActions((all) => [...all, action]);

  // What came of the last thing that was done, answers of helpers included.
  const flowId = draft.flow?.flow;
  const passed = session?.steps.slice(session.before?.steps.length ?? 0) ?? [];
  const lit = passed
    .flatMap(({ path }) => path.flatMap(({ flow, node: at }) => (flow === flowId ? [at] : [])))
    .join(" ");
  useEffect(() => {
    onLight(lit === "" ? [] : [...new Set(lit.split(" "))]);
  }, [lit, onLight]);

  const save = (): void => {
    if (!session) return;
    const file = `${session.setup.flow.flow}.simulated.transcript.yaml`;
    const url = URL.createObjectURL(new Blob([transcriptOf(session)], { type: "application/yaml" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = file;
    link.click();
    URL.revokeObjectURL(url);
    toast({ text: session.talk.script.endedBy === null ? t("saved") : t("savedPart") });
  };
  return (
    <aside
      aria-label={t("title")}
      className="flex h-full w-96 shrink-0 flex-col border-l border-line bg-surface max-md:fixed max-md:inset-0 max-md:z-30 max-md:w-auto"
    >
      <header className="flex h-11 shrink-0 items-center gap-1 border-b border-line pr-2 pl-4">
        <FlaskConical size={16} strokeWidth={1.75} aria-hidden className="text-brand" />
        <h2 className="flex-1 text-sm font-semibold">{t("title")}</h2>
        <IconButton
          icon={Undo2}
          size="small"
          label={t("undo")}
          disabled={actions.length === 0}
          onClick={() => setActions(actions.slice(0, -1))}
        />
        <IconButton
          icon={RotateCcw}
          size="small"
          label={t("restart")}
          onClick={() => {
            setActions([]);
            setNow(new Date().toISOString());
          }}
        />
        <IconButton icon={X} size="small" label={t("close")} onClick={onClose} />
      </header>
      <div className="flex shrink-0 gap-2 border-b border-line px-3 py-2">
        <Select
          aria-label={t("channel")}
          value={channel?.type ?? ""}
          onChange={({ target }) => setChannelType(channels.find(({ type }) => type === target.value)?.type)}
        >
          {channels.map(({ type, label }) => (
            <option key={type} value={type}>
              {inLanguage({ ...label }, own)}
            </option>
          ))}
        </Select>
        {languages.length > 1 ? (
          <Select aria-label={t("language")} value={language} onChange={({ target }) => setLanguage(target.value)}>
            {languages.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </Select>
        ) : null}
      </div>
      {draft.isBroken ? (
        <p role="status" className="shrink-0 border-b border-line bg-problem-soft px-3 py-2 text-xs">
          {t("broken")}
        </p>
      ) : null}
      {session ? (
        <>
          <Phone session={session} onTap={(message, choice) => act({ type: "tap", message, choice })} />
          <Pending session={session} onAct={act} automatic={answersItself} onAutomatic={setAnswersItself} />
          <Composer onAct={act} />
          <Trouble session={session} node={node} onAct={act} />
          <Timeline session={session} onAct={act} onLight={onLight} onSave={save} />
        </>
      ) : null}
    </aside>
  );
}

/** The newest state of the text that runs: while one is being written, the talk stands still instead of breaking off. */
function useLastDraft(source: string): { readonly flow: FlowMachine | null; readonly isBroken: boolean } {
  const last = useRef<FlowMachine | null>(null);
  return useMemo(() => {
    const flow = draftOf(source);
    if (flow) last.current = flow;
    return { flow: last.current, isBroken: flow === null };
  }, [source]);
}
