import { z } from "zod";
import { name } from "../flow/document.ts";
import { common, FAILED, field } from "./fields.ts";
import { readsOfValues, sourceOf, type Value, value } from "./logic-fields.ts";
import { type FlowNode, nodeType } from "./node-type.ts";

export interface CallFlowNode extends FlowNode {
  readonly type: "callFlow";
  readonly flow: string;
  readonly input?: Readonly<Record<string, Value>>;
}

/** Runs another flow and comes back; its variables are then in `result`. */
export const callFlow = nodeType<CallFlowNode>({
  type: "callFlow",
  label: { fr: "Sous-scénario", en: "Sub-flow" },
  group: "logic",
  description: { fr: "Passe par un autre scénario, puis revient.", en: "Goes through another flow, then comes back." },
  schema: z.strictObject({
    type: z.literal("callFlow"),
    flow: field(name, "Scénario", "Flow", "flow"),
    input: field(z.record(name, value).optional(), "Valeurs transmises", "Values handed over", "keyValues", {
      section: "more",
    }),
    ...common,
  }) as unknown as z.ZodType<CallFlowNode>,
  exits: () => [
    { name: "done", label: { fr: "Au retour", en: "On return" }, need: "required", when: "success" },
    FAILED,
  ],
  compile: (node, id) => ({
    entry: [
      {
        type: "call",
        params: {
          node: id,
          flow: node.flow,
          input: Object.fromEntries(Object.entries(node.input ?? {}).map(([key, one]) => [key, { ...sourceOf(one) }])),
        },
      },
    ],
  }),
  texts: () => [],
  contents: () => [],
  variables: (node) => ({ reads: readsOfValues(Object.values(node.input ?? {})), writes: ["result"] }),
  waitsFor: () => null,
  preview: (node) => node.flow,
});
