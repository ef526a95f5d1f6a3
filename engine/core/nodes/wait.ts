import { z } from "zod";
import { common, field } from "./fields.ts";
import { expression } from "./logic-fields.ts";
import { type DelaySpec, type FlowNode, nodeType } from "./node-type.ts";
import { readsOf } from "./reading.ts";

export interface WaitNode extends FlowNode {
  readonly type: "wait";
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
  readonly until?: string;
  readonly untilOpening?: boolean;
}

const fixedMs = (node: WaitNode): number =>
  Math.round(
    (((node.days ?? 0) * 24 + (node.hours ?? 0)) * 60 + (node.minutes ?? 0)) * 60_000 + (node.seconds ?? 0) * 1000,
  );

function delay(node: WaitNode): DelaySpec {
  if (node.untilOpening) return { until: "opening" };
  return node.until === undefined ? { ms: fixedMs(node) } : { until: bare(node.until) };
}

/** The expression itself: authors also write it as in a text, `{{ date }}`, which would mean no moment at all. */
function bare(written: string): string {
  return /^\s*\{\{([^{}]*)\}\}\s*$/.exec(written)?.[1]?.trim() ?? written;
}

/** Waits for a time, or until a moment; what the contact writes meanwhile leaves by `message`. */
export const wait = nodeType<WaitNode>({
  type: "wait",
  label: { fr: "Attendre", en: "Wait" },
  group: "logic",
  description: { fr: "Attend un moment avant de continuer.", en: "Waits before going on." },
  noun: {
    fr: { one: "attente", many: "attentes", the: "l'attente" },
    en: { one: "wait", many: "waits", the: "the wait" },
    isMeasured: true,
  },
  schema: z
    .strictObject({
      type: z.literal("wait"),
      days: field(z.number().min(0).max(365).optional(), "Jours", "Days", "number"),
      hours: field(z.number().min(0).max(8760).optional(), "Heures", "Hours", "number"),
      minutes: field(z.number().min(0).max(100_000).optional(), "Minutes", "Minutes", "number"),
      seconds: field(z.number().min(0).max(86_400).optional(), "Secondes", "Seconds", "number", { section: "more" }),
      until: field(expression.optional(), "Jusqu'à (date)", "Until (date)", "expression", { section: "more" }),
      untilOpening: field(z.literal(true).optional(), "Jusqu'à l'ouverture", "Until we open", "switch"),
      ...common,
    })
    .refine(
      (node) =>
        [fixedMs(node as WaitNode) > 0, node.until !== undefined, node.untilOpening === true].filter(Boolean).length ===
        1,
      {
        error: "say how long to wait: days, hours, minutes or seconds; or `until`; or `untilOpening`",
      },
    ) as unknown as z.ZodType<WaitNode>,
  exits: () => [
    { name: "next", label: { fr: "Ensuite", en: "Next" }, need: "required", when: "time" },
    {
      name: "message",
      label: { fr: "Si le client écrit", en: "When the contact writes" },
      need: "default",
      when: "other",
    },
  ],
  compile: (node) => ({ entry: [], after: [{ exit: "next", delay: delay(node) }] }),
  receive: (node, event) =>
    event.type === "message" && node.exits?.message !== undefined
      ? { type: "exit", exit: "message" }
      : { type: "ignore" },
  texts: () => [],
  contents: () => [],
  variables: (node) => ({ reads: readsOf([], [node.until === undefined ? undefined : bare(node.until)]), writes: [] }),
  waitsFor: () => "time",
  preview: (node, language) => {
    const french = language.startsWith("fr");
    if (node.untilOpening) return french ? "jusqu'à l'ouverture" : "until we open";
    if (node.until !== undefined) return node.until;
    const parts = [
      [node.days, french ? "j" : "d"],
      [node.hours, "h"],
      [node.minutes, "min"],
      [node.seconds, "s"],
    ] as const;
    return parts.flatMap(([amount, unit]) => (amount ? [`${amount} ${unit}`] : [])).join(" ");
  },
});
