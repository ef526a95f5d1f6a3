import { z } from "zod";
import { common, NEXT } from "./fields.ts";
import { type FlowNode, nodeType } from "./node-type.ts";

export interface GoToNode extends FlowNode {
  readonly type: "goTo";
}

/** A signpost: goes on at another node, so that the drawing needs no long line. */
export const goTo = nodeType<GoToNode>({
  type: "goTo",
  label: { fr: "Aller à", en: "Go to" },
  group: "logic",
  description: { fr: "Continue à un autre bloc.", en: "Goes on at another node." },
  schema: z.strictObject({ type: z.literal("goTo"), ...common }) as unknown as z.ZodType<GoToNode>,
  exits: () => [NEXT],
  compile: () => ({ entry: [], always: [{ exit: "next" }] }),
  texts: () => [],
  contents: () => [],
  variables: () => ({ reads: [], writes: [] }),
  waitsFor: () => null,
  preview: (node) => node.exits?.next ?? "",
});
