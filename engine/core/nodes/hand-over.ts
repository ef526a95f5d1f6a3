import { z } from "zod";
import { inLanguage, type LocalizedText } from "../domain/language.ts";
import { SENTENCES, sentence } from "../domain/sentences.ts";
import { common, field, text } from "./fields.ts";
import { type FlowNode, nodeType } from "./node-type.ts";
import { gist, readsOf, shown } from "./reading.ts";

export interface HandOverNode extends FlowNode {
  readonly type: "handOver";
  readonly text?: LocalizedText;
  readonly queue: string;
  readonly priority: "low" | "normal" | "high" | "urgent";
  readonly reason?: LocalizedText;
  readonly alert: boolean;
  readonly waitMinutes?: number;
}

const spoken = (node: HandOverNode): LocalizedText => node.text ?? { ...SENTENCES.handedOver };

/** Gives the conversation to people: the contact is always told. `{ type: handOver, queue: sales, waitMinutes: 15 }` */
export const handOver = nodeType<HandOverNode>({
  type: "handOver",
  label: { fr: "Passer à un humain", en: "Hand over" },
  group: "people",
  description: {
    fr: "Prévient le client, alerte l'équipe et met le bot en pause.",
    en: "Tells the contact, alerts the team and pauses the bot.",
  },
  noun: {
    fr: { one: "passage à un humain", many: "passages à un humain", the: "le passage à un humain" },
    en: { one: "hand-over", many: "hand-overs", the: "the hand-over" },
  },
  schema: z.strictObject({
    type: z.literal("handOver"),
    text: field(text.optional(), "Message au client", "Message to the contact", "longText"),
    queue: field(z.string().min(1).max(60).default("default"), "File d'attente", "Queue", "queue"),
    priority: field(z.enum(["low", "normal", "high", "urgent"]).default("normal"), "Priorité", "Priority", "select"),
    reason: field(text.optional(), "Raison", "Reason", "text"),
    alert: field(z.boolean().default(true), "Alerter", "Alert", "switch"),
    waitMinutes: field(
      z
        .number()
        .positive()
        .max(60 * 24 * 7)
        .optional(),
      "Attendre (minutes)",
      "Wait (minutes)",
      "number",
    ),
    ...common,
  }) as unknown as z.ZodType<HandOverNode>,
  exits: (node) => [
    { name: "taken", label: { fr: "Pris en charge", en: "Taken" }, need: "default", when: "people" },
    { name: "resolved", label: { fr: "Rendu au bot", en: "Handed back" }, need: "default", when: "people" },
    ...(node.waitMinutes
      ? [
          {
            name: "noAnswer",
            label: { fr: "Personne n'a répondu", en: "Nobody answered" },
            need: "default" as const,
            when: "time" as const,
          },
        ]
      : []),
  ],
  compile: (node, id) => ({
    entry: [
      { type: "say", params: { node: id, contents: [{ type: "text", text: spoken(node) }] } },
      {
        type: "effect",
        params: {
          node: id,
          effect: {
            type: "handOver",
            queue: node.queue,
            priority: node.priority,
            reason: node.reason ?? "",
            alert: node.alert,
          },
        },
      },
    ],
    // Handed back without a way on, the bot says nothing more: it does not pass the conversation on a second time.
    again: [],
    ...(node.waitMinutes ? { after: [{ exit: "noAnswer", delay: { ms: node.waitMinutes * 60_000 } }] } : {}),
  }),
  receive: (node, event, at) => {
    if (event.type === "people") {
      if (event.outcome === "taken" && node.exits?.taken === undefined) return { type: "ignore" };
      return { type: "exit", exit: event.outcome };
    }
    // The bot was switched back on without a hand-back: it can only say who will answer.
    if (event.type === "message")
      return { type: "stay", say: [{ type: "text", text: sentence("handedOver", at.workspace, at.language) }] };
    return { type: "ignore" };
  },
  texts: (node) => (node.text === undefined ? [] : [{ path: ["text"], text: node.text, role: "body" }]),
  contents: (node, language) => [shown({ type: "text", text: spoken(node) }, language)],
  variables: (node) => ({ reads: readsOf([node.text, node.reason]), writes: [] }),
  waitsFor: () => "people",
  preview: (node, language) => gist(node.text ?? inLanguage(node.queue, language), language),
});
