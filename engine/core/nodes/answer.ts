import { z } from "zod";
import type { AssistantAnswer } from "../domain/effect.ts";
import type { JsonObject } from "../domain/json.ts";
import { sentence } from "../domain/sentences.ts";
import { name } from "../flow/document.ts";
import { askedMore } from "./asked-more.ts";
import { common, FAILED, field } from "./fields.ts";
import { type FlowNode, nodeType, type VerbCall } from "./node-type.ts";
import { gist, readsOf } from "./reading.ts";

export interface AnswerNode extends FlowNode {
  readonly type: "answer";
  readonly question?: string;
  readonly playbook?: string;
  readonly instructions?: string;
}

function ask(node: AnswerNode, id: string, question: string): VerbCall {
  const effect = {
    type: "answer",
    question,
    playbook: node.playbook ?? "",
    language: "",
    ...(node.instructions ? { instructions: node.instructions } : {}),
  };
  return { type: "effect", params: { node: id, effect, awaits: true } };
}

/** Lets the assistant answer what the contact wrote, from the playbook only. */
export const answer = nodeType<AnswerNode>({
  type: "answer",
  label: { fr: "Réponse IA", en: "AI answer" },
  group: "assistant",
  description: {
    fr: "Répond d'après votre fiche, et passe à un humain quand elle ne sait pas.",
    en: "Answers from your playbook, and hands over when it does not know.",
  },
  noun: {
    fr: { one: "réponse IA", many: "réponses IA", the: "la réponse IA" },
    en: { one: "AI answer", many: "AI answers", the: "the AI answer" },
  },
  schema: z.strictObject({
    type: z.literal("answer"),
    question: field(z.string().max(2000).optional(), "Question", "Question", "longText", {
      fr: "Vide : le dernier message du client.",
      en: "Empty: the contact's last message.",
    }),
    playbook: field(name.optional(), "Fiche", "Playbook", "select", { section: "more" }),
    instructions: field(z.string().max(2000).optional(), "Consignes", "Instructions", "longText", { section: "more" }),
    ...common,
  }) as unknown as z.ZodType<AnswerNode>,
  exits: () => [
    { name: "answered", label: { fr: "Répondu", en: "Answered" }, need: "required", when: "success" },
    {
      name: "notFound",
      label: { fr: "Pas dans la fiche", en: "Not in the playbook" },
      need: "default",
      when: "other",
      unconnected: "peopleTold",
    },
    {
      name: "person",
      label: { fr: "Veut un humain", en: "Wants a person" },
      need: "default",
      when: "people",
      unconnected: "people",
    },
    { ...FAILED, unconnected: "peopleTold" },
  ],
  compile: (node, id) => ({ entry: [ask(node, id, node.question ?? "{{ lastText }}")] }),
  receive: (node, event, at) => {
    switch (event.type) {
      case "effectDone": {
        const given = event.result as unknown as AssistantAnswer;
        const set: JsonObject = {
          answer: { text: given.text, found: given.found, sources: [...given.sources], products: [...given.products] },
        };
        const said = given.text.trim() === "" ? [] : [{ type: "text" as const, text: given.text }];
        if (given.wantsPerson)
          return { type: "exit", exit: "person", set, say: given.found ? said : [], author: "assistant" };
        return { type: "exit", exit: given.found ? "answered" : "notFound", set, say: said, author: "assistant" };
      }
      case "effectFailed": {
        const text = sentence("notInPlaybook", at.workspace, at.language);
        return { type: "exit", exit: "failed", say: [{ type: "text", text }] };
      }
      case "message":
        return askedMore(event.content, at, ask(node, at.node, "{{ lastText }}"));
      case "sendFailed":
      case "people":
        return { type: "ignore" };
    }
  },
  texts: () => [],
  contents: () => [],
  variables: (node) => ({ reads: readsOf([node.question, node.instructions]), writes: ["answer"] }),
  waitsFor: () => "effect",
  preview: (node, language) => gist(node.instructions ?? "", language),
});
