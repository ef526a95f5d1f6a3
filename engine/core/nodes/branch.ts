import { z } from "zod";
import type { LocalizedText } from "../domain/language.ts";
import { name } from "../flow/document.ts";
import { common, field, text } from "./fields.ts";
import { expression } from "./logic-fields.ts";
import { type FlowNode, nodeType } from "./node-type.ts";
import { gist, readsOf } from "./reading.ts";

export interface BranchNode extends FlowNode {
  readonly type: "branch";
  readonly conditions: readonly { readonly id: string; readonly when: string; readonly label?: LocalizedText }[];
}

/** Goes the way of the first condition that holds. `{ type: branch, conditions: [{ id: big, when: "total > 100" }] }` */
export const branch = nodeType<BranchNode>({
  type: "branch",
  label: { fr: "Si…", en: "If…" },
  group: "logic",
  description: { fr: "Suit la première condition qui est vraie.", en: "Follows the first condition that is true." },
  noun: {
    fr: { one: "condition", many: "conditions", the: "la condition" },
    en: { one: "condition", many: "conditions", the: "the condition" },
  },
  schema: z
    .strictObject({
      type: z.literal("branch"),
      conditions: field(
        z
          .array(z.strictObject({ id: name, when: expression, label: text.optional() }))
          .min(1)
          .max(20),
        "Conditions",
        "Conditions",
        "list",
      ),
      ...common,
    })
    .refine(
      (node) => new Set([...node.conditions.map(({ id }) => id), "otherwise"]).size === node.conditions.length + 1,
      {
        error: "two conditions have the same id, or one is called otherwise",
        path: ["conditions"],
      },
    ) as unknown as z.ZodType<BranchNode>,
  exits: (node) => [
    ...node.conditions.map(({ id, label }) => ({
      name: id,
      label: label ?? id,
      need: "required" as const,
      when: "always" as const,
    })),
    { name: "otherwise", label: { fr: "Sinon", en: "Otherwise" }, need: "required", when: "always" },
  ],
  compile: (node) => ({
    entry: [],
    always: [
      ...node.conditions.map(({ id, when }) => ({ exit: id, when: { type: "when", params: { expression: when } } })),
      { exit: "otherwise" },
    ],
  }),
  texts: () => [],
  contents: () => [],
  variables: (node) => ({
    reads: readsOf(
      [],
      node.conditions.map(({ when }) => when),
    ),
    writes: [],
  }),
  waitsFor: () => null,
  preview: (node, language) => node.conditions.map(({ id, label }) => gist(label ?? id, language)).join(" / "),
});
