import { z } from "zod";
import { inLanguage, type Language, type LocalizedText } from "../domain/language.ts";
import type { TemplateContent } from "../run/machine.ts";
import { common, field, NEXT, text } from "./fields.ts";
import { type FlowNode, type NodeType, nodeType } from "./node-type.ts";
import { readsOf, shown } from "./reading.ts";

export interface SendTemplateNode extends FlowNode {
  readonly type: "sendTemplate";
  readonly template: string;
  readonly language: LocalizedText;
  readonly body?: readonly { readonly text: LocalizedText; readonly name?: string }[];
  readonly header?: readonly { readonly text: LocalizedText; readonly name?: string }[];
  readonly buttons?: readonly {
    readonly index: number;
    readonly type: "quickReply" | "url" | "copyCode";
    readonly value: string;
  }[];
  readonly text?: LocalizedText;
}

const parameter = z.strictObject({ text, name: z.string().optional() });
const parameters = (values: SendTemplateNode["body"]) =>
  (values ?? []).map((one) => ({ type: "text", text: one.text, ...(one.name ? { name: one.name } : {}) }));

const content = (node: SendTemplateNode): TemplateContent => ({
  type: "template",
  name: node.template,
  // The name of a template's language is no text to be translated: it is chosen like one.
  languageOf: node.language,
  parameters: {
    ...(node.header ? { header: parameters(node.header) } : {}),
    ...(node.body ? { body: parameters(node.body) } : {}),
    ...(node.buttons ? { buttons: node.buttons.map((button) => ({ ...button })) } : {}),
  },
  ...(node.text === undefined ? {} : { text: node.text }),
});

/** Sends a template that the provider approved: the only message that may go outside the service window. */
export const sendTemplate: NodeType<SendTemplateNode> = nodeType({
  type: "sendTemplate",
  label: { fr: "Modèle approuvé", en: "Approved template" },
  group: "messages",
  description: {
    fr: "Envoie un modèle WhatsApp approuvé, même hors de la fenêtre de 24 h.",
    en: "Sends an approved WhatsApp template, even outside the 24 h window.",
  },
  noun: {
    fr: { one: "modèle", many: "modèles", the: "le modèle" },
    en: { one: "template", many: "templates", the: "the template" },
  },
  schema: z.strictObject({
    type: z.literal("sendTemplate"),
    template: field(z.string().regex(/^[a-z0-9_]{1,512}$/), "Modèle", "Template", "template"),
    language: field(text, "Langue du modèle", "Language of the template", "text", {
      fr: "Exactement comme chez le fournisseur : fr, fr_FR, en_US…",
      en: "Exactly as the provider knows it: fr, fr_FR, en_US…",
    }),
    header: field(z.array(parameter).max(1).optional(), "En-tête", "Header", "list", { section: "more" }),
    body: field(z.array(parameter).max(20).optional(), "Paramètres", "Parameters", "list"),
    buttons: field(
      z
        .array(
          z.strictObject({
            index: z.int().min(0).max(9),
            type: z.enum(["quickReply", "url", "copyCode"]),
            value: z.string(),
          }),
        )
        .optional(),
      "Boutons",
      "Buttons",
      "list",
      { section: "more" },
    ),
    text: field(text.optional(), "Texte pour le fil", "Text for the thread", "longText", { section: "more" }),
    ...common,
  }) as unknown as z.ZodType<SendTemplateNode>,
  // A refusal by the provider comes later, when the flow has gone on: it is a task for people.
  exits: () => [NEXT],
  compile: (node, id) => ({
    entry: [{ type: "say", params: { node: id, contents: [content(node)] } }],
    always: [{ exit: "next" }],
  }),
  texts: (node) => [
    ...(node.body ?? []).map((one, index) => ({
      path: ["body", index, "text"],
      text: one.text,
      role: "variable" as const,
    })),
    ...(node.header ?? []).map((one, index) => ({
      path: ["header", index, "text"],
      text: one.text,
      role: "variable" as const,
    })),
  ],
  contents: (node, language: Language) => {
    const { languageOf: _, ...rest } = shown(content(node), language) as unknown as Record<string, unknown>;
    return [{ ...rest, language: inLanguage(node.language, language) } as never];
  },
  variables: (node) => ({ reads: readsOf(sendTemplate.texts(node).map((one) => one.text)), writes: [] }),
  waitsFor: () => null,
  preview: (node) => node.template,
});
