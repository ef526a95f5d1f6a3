import { z } from "zod";
import type { Understood } from "../domain/effect.ts";
import type { LocalizedText } from "../domain/language.ts";
import { askedMore } from "./asked-more.ts";
import { common, FAILED, field, NEXT, OTHER, text, variable } from "./fields.ts";
import { type ExitSpec, type FlowNode, nodeType, type VerbCall } from "./node-type.ts";
import { gist, readsOf } from "./reading.ts";

export interface UnderstandNode extends FlowNode {
  readonly type: "understand";
  readonly question?: string;
  readonly intents?: readonly {
    readonly id: string;
    readonly label: LocalizedText;
    readonly examples?: readonly string[];
  }[];
  readonly extract?: readonly {
    readonly saveAs: string;
    readonly expect: (typeof EXPECTED)[number];
    readonly hint?: string;
    readonly choices?: readonly LocalizedText[];
  }[];
  readonly instructions?: string;
}

const EXPECTED = ["text", "number", "email", "phone", "date", "time", "choice"] as const;
/** Exits that the node has by itself: no intent may be called so. */
const OWN = ["next", "other", "person", "failed"];

const PERSON: ExitSpec = {
  name: "person",
  label: { fr: "Veut un humain", en: "Wants a person" },
  need: "default",
  when: "people",
  unconnected: "people",
};

/** What is asked of the assistant. An intent is known by its label in every language: contacts mix them. */
function ask(node: UnderstandNode, id: string, question: string): VerbCall {
  const intents = (node.intents ?? []).map(({ id: intent, label, examples = [] }) => ({
    id: intent,
    label: typeof label === "string" ? label : Object.values(label).join(" / "),
    examples: [...examples],
  }));
  const fields = (node.extract ?? []).map(({ saveAs, expect, hint, choices }) => ({
    name: saveAs,
    expect,
    ...(hint ? { hint } : {}),
    ...(choices ? { choices: choices.map((one) => (typeof one === "string" ? one : { ...one })) } : {}),
  }));
  const effect = {
    type: "understand",
    question,
    language: "",
    intents,
    fields,
    ...(node.instructions ? { instructions: node.instructions } : {}),
  };
  return { type: "effect", params: { node: id, effect, awaits: true } };
}

/** Reads what the contact wrote: goes the way of what they want, and keeps what they said of it. */
export const understand = nodeType<UnderstandNode>({
  type: "understand",
  label: { fr: "Comprendre", en: "Understand" },
  group: "assistant",
  description: {
    fr: "Reconnaît ce que veut le client et retient ce qu'il a précisé.",
    en: "Recognises what the contact wants and keeps what they said about it.",
  },
  schema: z
    .strictObject({
      type: z.literal("understand"),
      question: field(z.string().max(2000).optional(), "Texte à comprendre", "Text to understand", "longText", {
        fr: "Vide : le dernier message du client.",
        en: "Empty: the contact's last message.",
        section: "more",
      }),
      intents: field(
        z
          .array(
            z.strictObject({
              id: variable,
              label: text,
              examples: z.array(z.string().min(1).max(300)).max(50).optional(),
            }),
          )
          .max(20)
          .optional(),
        "Demandes possibles",
        "What they may want",
        "list",
        { fr: "Chacune devient une sortie.", en: "Each becomes a way out." },
      ),
      extract: field(
        z
          .array(
            z.strictObject({
              saveAs: variable,
              expect: z.enum(EXPECTED).default("text"),
              hint: z.string().max(300).optional(),
              choices: z.array(text).min(1).max(30).optional(),
            }),
          )
          .max(20)
          .optional(),
        "Ce qu'il faut retenir",
        "What to keep",
        "list",
      ),
      instructions: field(z.string().max(2000).optional(), "Consignes", "Instructions", "longText", {
        section: "more",
      }),
      ...common,
    })
    .refine(({ intents = [], extract = [] }) => intents.length + extract.length > 0, {
      error: "nothing to understand: write `intents`, `extract` or both",
      path: ["intents"],
    })
    .refine(
      ({ intents = [] }) => new Set([...intents.map(({ id }) => id), ...OWN]).size === intents.length + OWN.length,
      { error: `two intents have the same id, or one is called ${OWN.join(", ")}`, path: ["intents"] },
    ) as unknown as z.ZodType<UnderstandNode>,
  exits: ({ intents = [] }) => [
    ...(intents.length === 0
      ? [NEXT]
      : intents.map(({ id, label }) => ({ name: id, label, need: "required" as const, when: "choice" as const }))),
    OTHER,
    PERSON,
    FAILED,
  ],
  compile: (node, id) => ({ entry: [ask(node, id, node.question ?? "{{ lastText }}")] }),
  receive: (node, event, at) => {
    switch (event.type) {
      case "effectDone": {
        const { intent, fields, wantsPerson } = event.result as unknown as Understood;
        const known = (node.intents ?? []).some(({ id }) => id === intent);
        const set = { ...fields, intent: known ? intent : "" };
        const nothing = node.intents?.length ? !known : Object.keys(fields).length === 0;
        const exit = wantsPerson ? "person" : nothing ? "other" : known && intent ? intent : "next";
        return { type: "exit", exit, set };
      }
      case "effectFailed":
        return { type: "exit", exit: "failed" };
      case "message":
        return askedMore(event.content, at, ask(node, at.node, "{{ lastText }}"));
      case "sendFailed":
      case "people":
        return { type: "ignore" };
    }
  },
  texts: () => [],
  contents: () => [],
  variables: (node) => ({
    reads: readsOf([node.question, node.instructions]),
    writes: ["intent", ...(node.extract ?? []).map(({ saveAs }) => saveAs)],
  }),
  waitsFor: () => "effect",
  preview: ({ intents = [], extract = [] }, language) =>
    [...intents.map(({ label }) => gist(label, language)), ...extract.map(({ saveAs }) => saveAs)].join(" / "),
});
