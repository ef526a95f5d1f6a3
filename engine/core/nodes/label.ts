import { z } from "zod";
import { common, field, NEXT } from "./fields.ts";
import { type FlowNode, nodeType } from "./node-type.ts";

export interface LabelNode extends FlowNode {
  readonly type: "label";
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

const labels = z.array(z.string().min(1).max(40)).max(20).default([]);

/** Puts labels on the contact or takes them off. */
export const label = nodeType<LabelNode>({
  type: "label",
  label: { fr: "Étiquette", en: "Label" },
  group: "actions",
  description: { fr: "Ajoute ou retire des étiquettes au contact.", en: "Adds or removes labels of the contact." },
  schema: z.strictObject({
    type: z.literal("label"),
    add: field(labels, "Ajouter", "Add", "list"),
    remove: field(labels, "Retirer", "Remove", "list"),
    ...common,
  }) as unknown as z.ZodType<LabelNode>,
  exits: () => [NEXT],
  compile: (node, id) => ({
    entry: [
      { type: "effect", params: { node: id, effect: { type: "label", add: [...node.add], remove: [...node.remove] } } },
    ],
    always: [{ exit: "next" }],
  }),
  texts: () => [],
  contents: () => [],
  variables: () => ({ reads: [], writes: [] }),
  waitsFor: () => null,
  preview: (node) => [...node.add.map((one) => `+${one}`), ...node.remove.map((one) => `−${one}`)].join(" "),
});
