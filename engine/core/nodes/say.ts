import { z } from "zod";
import type { LocalizedText } from "../domain/language.ts";
import { common, contentOf, field, type MessageSpec, messageSpec, NEXT, text, textsOf } from "./fields.ts";
import { type FlowNode, type NodeType, nodeType } from "./node-type.ts";
import { gist, readsOf, shown } from "./reading.ts";

export interface SayNode extends FlowNode {
  readonly type: "say";
  readonly text?: LocalizedText;
  readonly messages?: readonly MessageSpec[];
}

const specs = (node: SayNode): readonly MessageSpec[] => [
  ...(node.text === undefined ? [] : [{ text: node.text }]),
  ...(node.messages ?? []),
];

/** Says one or several messages and goes on. `{ type: say, text: "Bonjour", exits: { next: menu } }` */
export const say: NodeType<SayNode> = nodeType({
  type: "say",
  label: { fr: "Message", en: "Message" },
  group: "messages",
  description: { fr: "Dit quelque chose et continue.", en: "Says something and goes on." },
  noun: {
    fr: { one: "message", many: "messages", the: "le message" },
    en: { one: "message", many: "messages", the: "the message" },
  },
  schema: z
    .strictObject({
      type: z.literal("say"),
      text: field(text.optional(), "Texte", "Text", "longText"),
      messages: field(z.array(messageSpec).min(1).max(10).optional(), "Messages", "Messages", "messages"),
      ...common,
    })
    .refine((node) => node.text !== undefined || node.messages !== undefined, {
      error: "a message needs `text` or `messages`",
    }) as unknown as z.ZodType<SayNode>,
  exits: () => [NEXT],
  compile: (node, id) => ({
    entry: [{ type: "say", params: { node: id, contents: specs(node).map(contentOf) } }],
    always: [{ exit: "next" }],
  }),
  texts: (node) => [
    ...(node.text === undefined ? [] : [{ path: ["text"], text: node.text, role: "body" as const }]),
    ...textsOf(node.messages ?? [], ["messages"]),
  ],
  contents: (node, language) => specs(node).map((spec) => shown(contentOf(spec), language)),
  variables: (node) => ({ reads: readsOf(say.texts(node).map(({ text: one }) => one)), writes: [] }),
  waitsFor: () => null,
  preview: (node, language) => gist(node.text ?? say.texts(node)[0]?.text, language),
});
