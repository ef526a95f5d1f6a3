import { z } from "zod";
import type { LocalizedText } from "../domain/language.ts";
import { common, field, text } from "./fields.ts";
import { type FlowNode, nodeType } from "./node-type.ts";
import { gist, readsOf, shown } from "./reading.ts";

export interface EndNode extends FlowNode {
  readonly type: "end";
  readonly text?: LocalizedText;
}

/** The flow ends here, perhaps with a last word; the contact's next message starts anew. */
export const end = nodeType<EndNode>({
  type: "end",
  label: { fr: "Fin", en: "End" },
  group: "logic",
  description: { fr: "Termine le scénario.", en: "Ends the flow." },
  noun: {
    fr: { one: "fin", many: "fins", the: "la fin" },
    en: { one: "end", many: "ends", the: "the end" },
  },
  schema: z.strictObject({
    type: z.literal("end"),
    text: field(text.optional(), "Dernier message", "Last message", "longText"),
    ...common,
  }) as unknown as z.ZodType<EndNode>,
  exits: () => [],
  compile: (node, id) => ({
    entry:
      node.text === undefined
        ? []
        : [{ type: "say", params: { node: id, contents: [{ type: "text", text: node.text }] } }],
    final: true,
  }),
  texts: (node) => (node.text === undefined ? [] : [{ path: ["text"], text: node.text, role: "body" }]),
  contents: (node, language) => (node.text === undefined ? [] : [shown({ type: "text", text: node.text }, language)]),
  variables: (node) => ({ reads: readsOf([node.text]), writes: [] }),
  waitsFor: () => null,
  preview: (node, language) => gist(node.text, language),
});
