import { z } from "zod";
import { name } from "../flow/document.ts";
import { common, field, NEXT } from "./fields.ts";
import { readsOfValues, sourceOf, type Value, value } from "./logic-fields.ts";
import { type FlowNode, nodeType } from "./node-type.ts";

export interface SetNode extends FlowNode {
  readonly type: "set";
  readonly values: Readonly<Record<string, Value>>;
}

/** Gives variables a value. `{ type: set, values: { total: { expression: "price | times: quantity" } } }` */
export const set = nodeType<SetNode>({
  type: "set",
  label: { fr: "Variables", en: "Variables" },
  group: "logic",
  description: { fr: "Enregistre des valeurs pour la suite.", en: "Keeps values for later." },
  schema: z.strictObject({
    type: z.literal("set"),
    values: field(z.record(name, value), "Valeurs", "Values", "keyValues"),
    ...common,
  }) as unknown as z.ZodType<SetNode>,
  exits: () => [NEXT],
  compile: (node) => ({
    entry: [
      {
        type: "set",
        params: {
          values: Object.fromEntries(Object.entries(node.values).map(([key, one]) => [key, { ...sourceOf(one) }])),
        },
      },
    ],
    always: [{ exit: "next" }],
  }),
  texts: () => [],
  contents: () => [],
  variables: (node) => ({ reads: readsOfValues(Object.values(node.values)), writes: Object.keys(node.values) }),
  waitsFor: () => null,
  preview: (node) => Object.keys(node.values).join(", "),
});
