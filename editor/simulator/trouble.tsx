import type { Session, SimAction } from "../../engine/core/simulator/session.ts";
import { Button } from "../ui/button.tsx";
import { useWords } from "../words/words.ts";
import { VOICE } from "./composer.tsx";
import { simulatorWords } from "./words.ts";

const HOUR_MS = 3_600_000;

/** What goes wrong in real life, one button each. */
export function Trouble({
  session: { talk },
  node,
  onAct,
}: {
  readonly session: Session;
  readonly node: string | null;
  readonly onAct: (action: SimAction) => void;
}) {
  const t = useWords(simulatorWords);
  const first = talk.thread.find(({ content }) => content.type === "choices");
  const old = first?.content.type === "choices" ? first.content.choices[0] : undefined;
  const burst = [t("burst1"), t("burst2"), t("burst3"), t("burst4"), t("burst5")];
  const withPeople = talk.conversation.owner === "agent";
  const hasSent = talk.thread.some(({ direction, node: from }) => direction === "out" && from !== undefined);
  const things: readonly { readonly label: string; readonly action: SimAction | null; readonly isOn?: boolean }[] = [
    { label: t("hour"), action: { type: "later", ms: HOUR_MS } },
    { label: t("day"), action: { type: "later", ms: 24 * HOUR_MS } },
    { label: t("voice"), action: { type: "send", content: VOICE } },
    { label: t("burst"), action: { type: "burst", texts: burst } },
    { label: t("oldTap"), action: first && old ? { type: "tap", message: first.number, choice: old.id } : null },
    { label: t("stop"), action: { type: "say", text: "STOP" } },
    { label: t("refused"), action: hasSent ? { type: "refuse", why: "failed" } : null },
    {
      label: t("lineDown"),
      action: { type: "line", state: talk.line === "up" ? "paused" : "up" },
      isOn: talk.line === "paused",
    },
    {
      label: t("assistantDown"),
      action: { type: "assistant", state: talk.assistant === "up" ? "down" : "up" },
      isOn: talk.assistant === "down",
    },
    { label: t(withPeople ? "handBack" : "people"), action: { type: withPeople ? "handBack" : "takeOver" } },
    talk.run || talk.thread.length > 0
      ? { label: t("fromHere", { node: node ?? "…" }), action: node === null ? null : { type: "from", node } }
      : { label: t("trigger"), action: { type: "trigger" } },
  ];
  return (
    <details open className="shrink-0 border-t border-line px-3 py-2">
      <summary className="cursor-pointer text-xs font-medium text-muted">{t("trouble")}</summary>
      <section aria-label={t("trouble")} className="mt-1.5 flex flex-wrap gap-1.5">
        {things.map(({ label, action, isOn }) => (
          <Button
            key={label}
            size="small"
            disabled={action === null}
            {...(isOn === undefined ? {} : { "aria-pressed": isOn })}
            className={isOn ? "border-problem text-problem" : ""}
            onClick={() => (action ? onAct(action) : undefined)}
          >
            {label}
          </Button>
        ))}
      </section>
    </details>
  );
}
