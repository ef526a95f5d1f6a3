import { z } from "zod";
import type { Json } from "../domain/json.ts";
import { inLanguage, type LocalizedText } from "../domain/language.ts";
import { filesOf } from "../domain/message.ts";
import { sentence } from "../domain/sentences.ts";
import type { TemplateContent } from "../run/machine.ts";
import { matchChoice } from "../run/match.ts";
import { type Expected, valueOfAnswer } from "./answers.ts";
import * as fields from "./fields.ts";
import { type FlowNode, type NodeMoment, type NodeType, nodeType, type Reaction } from "./node-type.ts";
import { pick } from "./picking.ts";
import { gist, readsOf, shown } from "./reading.ts";

export interface AskNode extends FlowNode {
  readonly type: "ask";
  readonly messages?: readonly fields.MessageSpec[];
  readonly text: LocalizedText;
  readonly expect: Expected | "choice";
  readonly choices?: readonly LocalizedText[];
  readonly min?: number;
  readonly max?: number;
  readonly saveAs: string;
  readonly invalidText?: LocalizedText;
  readonly reasks?: number;
  readonly timeoutHours?: number;
  readonly timeoutMinutes?: number;
}

const EXPECTED = ["text", "number", "email", "phone", "date", "time", "choice", "file", "location", "consent"] as const;
const CONSENT: readonly { readonly id: string; readonly label: LocalizedText; readonly synonyms: readonly string[] }[] =
  [
    { id: "yes", label: { fr: "J'accepte", en: "I agree" }, synonyms: ["oui", "yes", "ok", "d'accord"] },
    { id: "no", label: { fr: "Je refuse", en: "I refuse" }, synonyms: ["non", "no"] },
  ];

/** Choices of the question itself: those of the author, or yes and no for a consent. Ids are the positions. */
function choicesOf(
  node: AskNode,
): readonly { readonly id: string; readonly label: LocalizedText; readonly synonyms?: readonly string[] }[] {
  if (node.expect === "consent") return CONSENT;
  return node.expect === "choice" ? (node.choices ?? []).map((label, index) => ({ id: String(index + 1), label })) : [];
}

function question(node: AskNode): TemplateContent {
  const choices = choicesOf(node);
  if (choices.length > 0) {
    return {
      type: "choices",
      text: node.text,
      choices: choices.map(({ id, label }) => ({ id, label })),
      synonyms: Object.fromEntries(choices.flatMap(({ id, synonyms }) => (synonyms ? [[id, [...synonyms]]] : []))),
    };
  }
  return node.expect === "location" ? { type: "locationRequest", text: node.text } : { type: "text", text: node.text };
}

function answer(node: AskNode, value: Json): Reaction {
  return { type: "exit", exit: "next", set: { [node.saveAs]: value } };
}

function invalid(node: AskNode, at: NodeMoment): Reaction {
  if (at.tries >= (node.reasks ?? at.reasks)) return { type: "exit", exit: "invalid" };
  const said = node.invalidText
    ? inLanguage(node.invalidText, at.language)
    : sentence("invalidAnswer", at.workspace, at.language);
  return { type: "stay", say: [{ type: "text", text: said }], again: true };
}

/** Asks an open question, checks the answer and keeps it. `{ type: ask, text: "Votre e-mail ?", expect: email, saveAs: email }` */
export const ask: NodeType<AskNode> = nodeType({
  type: "ask",
  label: { fr: "Question", en: "Question" },
  group: "messages",
  description: {
    fr: "Pose une question ouverte et vérifie la réponse.",
    en: "Asks an open question and checks the answer.",
  },
  noun: {
    fr: { one: "question", many: "questions", the: "la question" },
    en: { one: "question", many: "questions", the: "the question" },
  },
  schema: z
    .strictObject({
      type: z.literal("ask"),
      messages: fields.messages,
      text: fields.field(fields.text, "Question", "Question", "longText"),
      expect: fields.field(z.enum(EXPECTED).default("text"), "Réponse attendue", "Expected answer", "select"),
      choices: fields.field(
        z.array(fields.text).min(1).max(30).optional(),
        "Réponses possibles",
        "Possible answers",
        "list",
      ),
      min: fields.field(z.number().optional(), "Minimum", "Minimum", "number", { section: "more" }),
      max: fields.field(z.number().optional(), "Maximum", "Maximum", "number", { section: "more" }),
      saveAs: fields.field(fields.variable, "Enregistrer dans", "Save as", "variable"),
      invalidText: fields.field(
        fields.text.optional(),
        "Si la réponse ne convient pas",
        "When the answer does not fit",
        "longText",
        { section: "more" },
      ),
      reasks: fields.field(z.int().min(0).max(10).optional(), "Nouveaux essais", "Tries again", "number", {
        section: "more",
      }),
      ...fields.timeout,
      ...fields.common,
    })
    .refine((node) => (node.expect === "choice") === (node.choices !== undefined), {
      error: "`choices` belong to `expect: choice`, and that needs them",
      path: ["choices"],
    }) as unknown as z.ZodType<AskNode>,
  exits: (node) => [
    fields.NEXT,
    {
      name: "invalid",
      label: { fr: "Réponse invalide", en: "Invalid answer" },
      need: "default",
      when: "other",
      unconnected: "people",
    },
    ...fields.timeoutExit(node),
    fields.FAILED,
    fields.WINDOW_CLOSED,
  ],
  compile: (node, id) => {
    const content = question(node);
    const put =
      content.type === "choices"
        ? { type: "offer", params: { node: id, content } }
        : { type: "say", params: { node: id, contents: [content] } };
    const before = (node.messages ?? []).map(fields.contentOf);
    return {
      entry: [...(before.length > 0 ? [{ type: "say", params: { node: id, contents: before } }] : []), put],
      again: [put],
      ...fields.timeoutAfter(node),
    };
  },
  receive: (node, event, at) => {
    if (event.type === "sendFailed") return fields.refused(event);
    if (event.type !== "message") return { type: "ignore" };
    const { content } = event;
    if (choicesOf(node).length > 0) {
      if (content.type === "text" && !matchChoice(content.text, at.offer?.choices ?? [])) return invalid(node, at);
      const picked = pick(node, event, at);
      if ("reaction" in picked) return picked.reaction;
      return answer(node, node.expect === "consent" ? picked.choice.id === "yes" : picked.choice.label);
    }
    if (node.expect === "location") {
      if (content.type !== "location") return invalid(node, at);
      const { latitude, longitude, name, address } = content.place;
      return answer(node, { latitude, longitude, name: name ?? "", address: address ?? "" });
    }
    if (node.expect === "file") {
      const [file] = filesOf(content);
      if (!file) return invalid(node, at);
      const { kind, fileName, mimeType } = file;
      return answer(node, { kind, fileName: fileName ?? "", mimeType: mimeType ?? "" });
    }
    const said =
      content.type === "text"
        ? content.text
        : content.type === "choice"
          ? content.label
          : content.type === "media"
            ? content.caption
            : undefined;
    if (said === undefined) {
      return {
        type: "stay",
        say: [{ type: "text", text: sentence("cannotReadAttachment", at.workspace, at.language) }],
      };
    }
    const around = { now: at.now, country: at.workspace.country, english: at.language.startsWith("en") };
    const value = valueOfAnswer(said, node.expect === "choice" ? "text" : node.expect, node, around);
    return value === null ? invalid(node, at) : answer(node, value);
  },
  texts: (node) => [
    ...fields.textsOf(node.messages ?? [], ["messages"]),
    { path: ["text"], text: node.text, role: "body" },
    ...(node.choices ?? []).map((label, index) => ({ path: ["choices", index], text: label, role: "choice" as const })),
    ...(node.invalidText ? [{ path: ["invalidText"], text: node.invalidText, role: "body" as const }] : []),
  ],
  contents: (node, language) => [
    ...(node.messages ?? []).map((spec) => shown(fields.contentOf(spec), language)),
    shown(question(node), language),
  ],
  variables: (node) => ({ reads: readsOf(ask.texts(node).map(({ text }) => text)), writes: [node.saveAs] }),
  waitsFor: () => "contact",
  preview: (node, language) => gist(node.text, language),
});
