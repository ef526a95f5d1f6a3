import { Handle, type NodeProps, Position } from "@xyflow/react";
import { Play, Zap } from "lucide-react";
import { memo } from "react";
import { classes } from "../../ui/classes.ts";
import { type Translate, useWords } from "../../words/words.ts";
import { flowWords } from "../words.ts";
import type { StartNode } from "./elements.ts";

/** What starts the flow, and the words that work from anywhere in it. */
export const StartCard = memo(function StartCard({ data, selected }: NodeProps<StartNode>) {
  const t = useWords(flowWords);
  const triggers = (data.triggers ?? []) as readonly TriggerLike[];
  const interrupts = (data.interrupts ?? []) as readonly {
    readonly keywords?: readonly string[];
    readonly to: string;
  }[];
  return (
    <div
      className={classes(
        "w-[240px] rounded-lg border border-dashed bg-paper text-xs",
        selected ? "border-brand ring-2 ring-brand/30" : "border-line-strong",
      )}
    >
      <div className="relative flex flex-col gap-1 px-3 py-2.5">
        <p className="flex items-center gap-2 font-medium">
          <Play size={14} strokeWidth={2} className="text-brand" aria-hidden />
          {t("startText")}
        </p>
        {triggers.length === 0 ? <p className="text-problem">{t("noTrigger")}</p> : null}
        {triggers.map((trigger) => (
          <p key={JSON.stringify(trigger)} className="truncate text-muted">
            {triggerWords(trigger, t)}
          </p>
        ))}
        <Handle type="source" position={Position.Right} id="start" className="flow-out is-connected" />
      </div>
      {interrupts.map(({ keywords = [], to }, index) => (
        <div
          key={`${to}-${keywords.join()}`}
          className="relative flex items-center gap-2 border-t border-line px-3 py-1.5"
        >
          <Zap size={12} strokeWidth={2} className="shrink-0 text-agent" aria-hidden />
          <span className="truncate text-muted">{t("interrupt", { words: keywords.join(", ") })}</span>
          <Handle type="source" position={Position.Right} id={`interrupt-${index}`} className="flow-out is-connected" />
        </div>
      ))}
    </div>
  );
});

export interface TriggerLike {
  readonly on?: string;
  readonly keywords?: readonly string[];
}

export function triggerWords(trigger: TriggerLike, t: Translate<keyof (typeof flowWords)["fr"]>): string {
  switch (trigger.on) {
    case "message":
      return t("onMessage");
    case "keyword":
      return t("onKeyword", { words: (trigger.keywords ?? []).join(", ") });
    case "referral":
      return t("onReferral");
    case "api":
      return t("onApi");
    default:
      return trigger.on ?? "";
  }
}
