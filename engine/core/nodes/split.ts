import { z } from "zod";
import { name } from "../flow/document.ts";
import { common, field } from "./fields.ts";
import { type FlowNode, nodeType } from "./node-type.ts";

export interface SplitNode extends FlowNode {
  readonly type: "split";
  readonly ways: readonly { readonly id: string; readonly weight: number }[];
}

/** Sends contacts different ways by weight; the same contact always goes the same way. */
export const split = nodeType<SplitNode>({
  type: "split",
  label: { fr: "Répartition", en: "Split" },
  group: "logic",
  description: {
    fr: "Répartit les clients entre plusieurs chemins (test A/B).",
    en: "Shares contacts out between ways (A/B test).",
  },
  schema: z
    .strictObject({
      type: z.literal("split"),
      ways: field(
        z
          .array(z.strictObject({ id: name, weight: z.number().positive().max(1000) }))
          .min(2)
          .max(10),
        "Chemins",
        "Ways",
        "list",
      ),
      ...common,
    })
    .refine((node) => new Set(node.ways.map(({ id }) => id)).size === node.ways.length, {
      error: "two ways have the same id",
      path: ["ways"],
    }) as unknown as z.ZodType<SplitNode>,
  exits: (node) => node.ways.map(({ id }) => ({ name: id, label: id, need: "required", when: "always" })),
  compile: (node, id) => {
    const total = node.ways.reduce((sum, { weight }) => sum + weight, 0);
    let from = 0;
    const always = node.ways.map((way, index) => {
      const to = from + way.weight / total;
      const guard = { type: "share", params: { node: id, from, to } };
      from = to;
      return index === node.ways.length - 1 ? { exit: way.id } : { exit: way.id, when: guard };
    });
    return { entry: [], always };
  },
  texts: () => [],
  contents: () => [],
  variables: () => ({ reads: [], writes: [] }),
  waitsFor: () => null,
  preview: (node) => node.ways.map(({ id, weight }) => `${id} ${weight}`).join(" / "),
});
