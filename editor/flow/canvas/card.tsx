import { Handle, type NodeProps, Position, useConnection } from "@xyflow/react";
import { CircleAlert, Lightbulb } from "lucide-react";
import { memo } from "react";
import { inLanguage, type Language } from "../../../engine/core/domain/language.ts";
import { iconOf, toneOf } from "../../flows/node-look.ts";
import { classes } from "../../ui/classes.ts";
import { useLanguage, useWords } from "../../words/words.ts";
import type { DrawnExit, DrawnNode } from "../drawing.ts";
import { flowWords } from "../words.ts";
import { CardContents } from "./card-contents.tsx";
import type { CardNode } from "./elements.ts";

/** A node as the customer will see it, with a handle for each way out. */
export const Card = memo(function Card({ id, data, selected }: NodeProps<CardNode>) {
  const t = useWords(flowWords);
  const language = useLanguage();
  const { drawn, errors, warnings, isLit } = data;
  const { type, raw } = drawn;
  const group = type?.group ?? "logic";
  const Icon = iconOf(raw.type, group);
  const label = type ? type.label[language] : raw.type;
  const exits = shownExits(drawn, selected ?? false);
  return (
    <div
      className={classes(
        "relative w-[260px] rounded-lg border bg-surface text-sm transition-shadow duration-150",
        selected ? "border-brand shadow-float ring-2 ring-brand/30" : errors > 0 ? "border-problem" : "border-line",
        isLit && "ring-4 ring-brand/50",
      )}
    >
      <Handle type="target" position={Position.Left} id="in" className="flow-in" />
      <header className="flex items-center gap-2 rounded-t-lg px-3 pt-2.5 pb-1.5">
        <span
          aria-hidden
          className="absolute inset-y-3 -left-px w-[3px] rounded-full"
          style={{ background: `var(--${toneOf(group)})` }}
        />
        <Icon size={16} strokeWidth={1.75} aria-hidden style={{ color: `var(--${toneOf(group)})` }} />
        <span className="min-w-0 flex-1 truncate text-xs font-medium">
          {typeof raw.title === "string" ? raw.title : label}
          <span className="ml-1.5 font-normal text-muted">{typeof raw.title === "string" ? label : id}</span>
        </span>
        {errors > 0 ? (
          <span
            className="flex items-center gap-0.5 text-xs font-medium text-problem"
            title={t("problems", { count: errors })}
          >
            <CircleAlert size={14} strokeWidth={2} aria-hidden />
            {errors}
            <span className="sr-only">{t("problems", { count: errors })}</span>
          </span>
        ) : warnings > 0 ? (
          <Lightbulb size={14} strokeWidth={1.75} className="text-agent" aria-hidden />
        ) : null}
      </header>
      <div className="px-3 pb-2">
        {drawn.node ? (
          <CardContents drawn={drawn} language={language} languages={data.languages.split(",")} />
        ) : (
          <p className="text-xs text-problem">{t("unfinished")}</p>
        )}
      </div>
      {exits.length > 0 ? (
        <ul className="border-t border-line py-1">
          {exits.map((exit) => (
            <ExitRow key={exit.name} exit={exit} language={language} />
          ))}
        </ul>
      ) : null}
      <DropHint id={id} />
    </div>
  );
});

/** A line is being drawn: this card would take it. */
function DropHint({ id }: { readonly id: string }) {
  const isTarget = useConnection((connection) => connection.inProgress && connection.toNode?.id === id);
  return isTarget ? (
    <span aria-hidden className="pointer-events-none absolute -inset-1 rounded-lg border-2 border-brand" />
  ) : null;
}

/** Ways out for failures show when they lead somewhere, or while the card is chosen. */
function shownExits(drawn: DrawnNode, isSelected: boolean): readonly DrawnExit[] {
  return drawn.exits.filter(
    ({ need, to, when }) => isSelected || need === "required" || to !== null || when !== "failure",
  );
}

const TONES: Readonly<Record<DrawnExit["when"], string>> = {
  always: "text-ink",
  choice: "text-brand font-medium",
  other: "text-muted",
  time: "text-muted",
  success: "text-ink",
  failure: "text-problem",
  people: "text-agent",
};

function ExitRow({ exit, language }: { readonly exit: DrawnExit; readonly language: Language }) {
  const t = useWords(flowWords);
  const isDead = exit.need === "required" && exit.to === null;
  return (
    <li className="relative flex h-7 items-center justify-end gap-2 px-3 text-xs">
      <span className={classes("truncate", exit.to === null && !isDead && "opacity-70", TONES[exit.when])}>
        {inLanguage(exit.label, language)}
      </span>
      <Handle
        type="source"
        position={Position.Right}
        id={exit.name}
        className={classes("flow-out", exit.to !== null && "is-connected", isDead && "is-dead")}
      />
      {isDead ? (
        <span className="pointer-events-none absolute left-full ml-3 flex items-center gap-1.5 whitespace-nowrap text-problem">
          <span aria-hidden className="w-8 border-t-2 border-dashed border-problem" />
          {t("deadEnd")}
        </span>
      ) : null}
    </li>
  );
}
