import { z } from "zod";
import { common, field, NEXT, url } from "./fields.ts";
import { type FlowNode, nodeType } from "./node-type.ts";
import { gist, readsOf } from "./reading.ts";

export interface NotifyNode extends FlowNode {
  readonly type: "notify";
  readonly text: string;
  readonly phone?: string;
  readonly email?: string;
  readonly webhook?: string;
}

function to(node: NotifyNode) {
  if (node.phone !== undefined) return { type: "phone", phone: node.phone };
  if (node.email !== undefined) return { type: "email", address: node.email };
  if (node.webhook !== undefined) return { type: "webhook", url: node.webhook };
  return { type: "backup" };
}

/** Tells the team: by default the number that is alerted for hand-overs. */
export const notify = nodeType<NotifyNode>({
  type: "notify",
  label: { fr: "Prévenir l'équipe", en: "Notify" },
  group: "actions",
  description: { fr: "Envoie une alerte à l'équipe.", en: "Sends an alert to the team." },
  schema: z
    .strictObject({
      type: z.literal("notify"),
      text: field(z.string().min(1).max(1000), "Message", "Message", "longText"),
      phone: field(
        z
          .string()
          .regex(/^\+[1-9]\d{6,14}$/)
          .optional(),
        "Téléphone (+33…)",
        "Phone (+33…)",
        "text",
      ),
      email: field(z.email().optional(), "E-mail", "E-mail", "text"),
      webhook: field(url.regex(/^https?:\/\/[^/{}]+/).optional(), "Adresse web", "Web address", "url", {
        section: "more",
      }),
      ...common,
    })
    .refine((node) => [node.phone, node.email, node.webhook].filter((one) => one !== undefined).length <= 1, {
      error: "name one receiver only: phone, email or webhook",
    }) as unknown as z.ZodType<NotifyNode>,
  exits: () => [NEXT],
  compile: (node, id) => ({
    entry: [{ type: "effect", params: { node: id, effect: { type: "notify", to: to(node), text: node.text } } }],
    always: [{ exit: "next" }],
  }),
  texts: () => [],
  contents: () => [],
  variables: (node) => ({ reads: readsOf([node.text]), writes: [] }),
  waitsFor: () => null,
  preview: (node, language) => gist(node.text, language),
});
