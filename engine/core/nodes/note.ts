import { z } from "zod";
import { common, field, NEXT } from "./fields.ts";
import { type FlowNode, nodeType } from "./node-type.ts";
import { gist, readsOf } from "./reading.ts";

export interface NoteNode extends FlowNode {
  readonly type: "note";
  readonly text: string;
}

/** Leaves a note that only agents see. */
export const note = nodeType<NoteNode>({
  type: "note",
  label: { fr: "Note interne", en: "Note" },
  group: "actions",
  description: { fr: "Laisse une note que seule l'équipe voit.", en: "Leaves a note that only the team sees." },
  schema: z.strictObject({
    type: z.literal("note"),
    text: field(z.string().min(1).max(4000), "Note", "Note", "longText"),
    ...common,
  }) as unknown as z.ZodType<NoteNode>,
  exits: () => [NEXT],
  compile: (node, id) => ({
    entry: [{ type: "effect", params: { node: id, effect: { type: "note", text: node.text } } }],
    always: [{ exit: "next" }],
  }),
  texts: () => [],
  contents: () => [],
  variables: (node) => ({ reads: readsOf([node.text]), writes: [] }),
  waitsFor: () => null,
  preview: (node, language) => gist(node.text, language),
});
