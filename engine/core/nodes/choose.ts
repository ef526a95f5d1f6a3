import { z } from "zod";
import type { LocalizedText } from "../domain/language.ts";
import { name } from "../flow/document.ts";
import type { TemplateContent } from "../run/machine.ts";
import * as fields from "./fields.ts";
import { type FlowNode, type NodeType, nodeType } from "./node-type.ts";
import { pick } from "./picking.ts";
import { gist, readsOf, shown } from "./reading.ts";

export interface ChooseNode extends FlowNode {
  readonly type: "choose";
  readonly messages?: readonly fields.MessageSpec[];
  readonly text: LocalizedText;
  readonly choices: readonly {
    readonly id: string;
    readonly label: LocalizedText;
    readonly description?: LocalizedText;
    readonly synonyms?: readonly string[];
  }[];
  readonly listLabel?: LocalizedText;
  readonly header?: LocalizedText;
  readonly footer?: LocalizedText;
  readonly saveAs?: string;
  readonly timeoutHours?: number;
  readonly timeoutMinutes?: number;
}

/** Exits that every question has: a choice cannot bear their names. */
const RESERVED = new Set(["other", "timeout", "failed", "windowClosed"]);
const MOST_CHOICES = 30;

const question = (node: ChooseNode): TemplateContent => ({
  type: "choices",
  text: node.text,
  choices: node.choices.map(({ id, label, description }) => ({ id, label, ...(description ? { description } : {}) })),
  ...(node.listLabel === undefined ? {} : { listLabel: node.listLabel }),
  ...(node.header === undefined ? {} : { header: { text: node.header } }),
  ...(node.footer === undefined ? {} : { footer: node.footer }),
  synonyms: Object.fromEntries(node.choices.flatMap(({ id, synonyms }) => (synonyms ? [[id, [...synonyms]]] : []))),
});

/** Asks the contact to pick one of several answers: buttons or a list, as the channel can. */
export const choose: NodeType<ChooseNode> = nodeType({
  type: "choose",
  label: { fr: "Choix", en: "Choice" },
  group: "messages",
  description: {
    fr: "Propose plusieurs réponses, une sortie pour chacune.",
    en: "Offers several answers, one way out for each.",
  },
  noun: {
    fr: { one: "question", many: "questions", the: "la question" },
    en: { one: "question", many: "questions", the: "the question" },
  },
  schema: z
    .strictObject({
      type: z.literal("choose"),
      messages: fields.messages,
      text: fields.field(fields.text, "Question", "Question", "longText"),
      choices: fields.field(
        z
          .array(
            z.strictObject({
              id: name,
              label: fields.text,
              description: fields.text.optional(),
              synonyms: z.array(z.string().min(1)).max(20).optional(),
            }),
          )
          .min(1)
          .max(MOST_CHOICES),
        "Choix",
        "Choices",
        "choices",
      ),
      listLabel: fields.field(fields.text.optional(), "Bouton de la liste", "Button of the list", "text", {
        section: "more",
      }),
      header: fields.field(fields.text.optional(), "En-tête", "Header", "text", { section: "more" }),
      footer: fields.field(fields.text.optional(), "Pied de message", "Footer", "text", { section: "more" }),
      saveAs: fields.field(fields.variable.optional(), "Enregistrer dans", "Save as", "variable", { section: "more" }),
      ...fields.timeout,
      ...fields.common,
    })
    .refine((node) => new Set(node.choices.map(({ id }) => id)).size === node.choices.length, {
      error: "two choices have the same id",
      path: ["choices"],
    })
    .refine((node) => node.choices.every(({ id }) => !RESERVED.has(id)), {
      error: "a choice cannot be called other, timeout, failed or windowClosed",
      path: ["choices"],
    }) as unknown as z.ZodType<ChooseNode>,
  exits: (node) => [
    ...node.choices.map(({ id, label }) => ({ name: id, label, need: "required" as const, when: "choice" as const })),
    fields.OTHER,
    ...fields.timeoutExit(node),
    fields.FAILED,
    fields.WINDOW_CLOSED,
  ],
  compile: (node, id) => {
    const ask = { type: "offer", params: { node: id, content: question(node) } };
    const before = (node.messages ?? []).map(fields.contentOf);
    return {
      entry: [...(before.length > 0 ? [{ type: "say", params: { node: id, contents: before } }] : []), ask],
      again: [ask],
      ...fields.timeoutAfter(node),
    };
  },
  receive: (node, event, at) => {
    if (event.type === "sendFailed") return fields.refused(event);
    if (event.type !== "message") return { type: "ignore" };
    const picked = pick(node, event, at);
    if ("reaction" in picked) return picked.reaction;
    const { id, label } = picked.choice;
    return { type: "exit", exit: id, ...(node.saveAs ? { set: { [node.saveAs]: label } } : {}) };
  },
  texts: (node) => [
    ...fields.textsOf(node.messages ?? [], ["messages"]),
    { path: ["text"], text: node.text, role: "body" },
    ...node.choices.flatMap(({ label, description }, index) => [
      { path: ["choices", index, "label"], text: label, role: "choice" as const },
      ...(description
        ? [{ path: ["choices", index, "description"], text: description, role: "description" as const }]
        : []),
    ]),
    ...(node.listLabel ? [{ path: ["listLabel"], text: node.listLabel, role: "listLabel" as const }] : []),
    ...(node.header ? [{ path: ["header"], text: node.header, role: "header" as const }] : []),
    ...(node.footer ? [{ path: ["footer"], text: node.footer, role: "footer" as const }] : []),
  ],
  contents: (node, language) => [
    ...(node.messages ?? []).map((spec) => shown(fields.contentOf(spec), language)),
    shown(question(node), language),
  ],
  variables: (node) => ({
    reads: readsOf(choose.texts(node).map(({ text }) => text)),
    writes: node.saveAs ? [node.saveAs] : [],
  }),
  waitsFor: () => "contact",
  preview: (node, language) => gist(node.text, language),
});
