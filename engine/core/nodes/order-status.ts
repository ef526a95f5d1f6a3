import { z } from "zod";
import type { OrderView } from "../domain/effect.ts";
import type { JsonObject } from "../domain/json.ts";
import { type Bilingual, bilingual, inLanguage, type LocalizedText } from "../domain/language.ts";
import { money } from "../domain/money.ts";
import * as fields from "./fields.ts";
import { type FlowNode, nodeType } from "./node-type.ts";
import { gist, readsOf } from "./reading.ts";

export interface OrderStatusNode extends FlowNode {
  readonly type: "orderStatus";
  readonly number?: string;
  readonly notFoundText?: LocalizedText;
  readonly saveAs: string;
}

const STATUS: Readonly<Record<OrderView["status"], Bilingual>> = {
  confirmed: { fr: "est confirmée", en: "is confirmed" },
  preparing: { fr: "est en préparation", en: "is being prepared" },
  ready: { fr: "est prête", en: "is ready" },
  shipped: { fr: "est en route", en: "is on its way" },
  delivered: { fr: "a été livrée", en: "was delivered" },
  cancelled: { fr: "est annulée", en: "is cancelled" },
};
const NONE: Bilingual = {
  fr: "Je ne trouve pas de commande à votre nom.",
  en: "I cannot find an order in your name.",
};

/** Says how an order stands: the one with this number, or the contact's newest. Only the contact's own orders are found. */
export const orderStatus = nodeType<OrderStatusNode>({
  type: "orderStatus",
  label: { fr: "Suivi de commande", en: "Order status" },
  group: "shop",
  description: { fr: "Dit où en est la commande du client.", en: "Says how the contact's order stands." },
  schema: z.strictObject({
    type: z.literal("orderStatus"),
    number: fields.field(z.string().max(200).optional(), "Numéro de commande", "Order number", "text", {
      fr: "Vide : la dernière commande du client.",
      en: "Empty: the contact's newest order.",
    }),
    notFoundText: fields.field(fields.text.optional(), "Si aucune commande", "When there is none", "longText", {
      section: "more",
    }),
    saveAs: fields.field(fields.variable.default("order"), "Enregistrer dans", "Save as", "variable", {
      section: "more",
    }),
    ...fields.common,
  }) as unknown as z.ZodType<OrderStatusNode>,
  exits: () => [
    { name: "found", label: { fr: "Trouvée", en: "Found" }, need: "required", when: "success" },
    { name: "notFound", label: { fr: "Introuvable", en: "Not found" }, need: "required", when: "other" },
    fields.FAILED,
  ],
  compile: (node, id) => ({
    entry: [
      {
        type: "effect",
        params: {
          node: id,
          effect: { type: "findOrder", ...(node.number ? { number: node.number } : {}) },
          awaits: true,
        },
      },
    ],
  }),
  receive: (node, event, at) => {
    if (event.type === "effectFailed") {
      if (event.error.code !== "notFound") return { type: "exit", exit: "failed" };
      if (at.kept === "said") return { type: "ignore" };
      const text = node.notFoundText ? inLanguage(node.notFoundText, at.language) : bilingual(NONE, at.language);
      return { type: "exit", exit: "notFound", say: [{ type: "text", text }] };
    }
    if (event.type !== "effectDone") return { type: "ignore" };
    const order = event.result as unknown as OrderView;
    const total = money(order.totalCents, order.currency, at.language);
    const status = bilingual(STATUS[order.status], at.language);
    const text = bilingual(
      {
        fr: `Votre commande ${order.number} (${total}) ${status}.`,
        en: `Your order ${order.number} (${total}) ${status}.`,
      },
      at.language,
    );
    return {
      type: "exit",
      exit: "found",
      set: { [node.saveAs]: event.result as JsonObject },
      say: [{ type: "text", text }],
    };
  },
  texts: (node) => (node.notFoundText ? [{ path: ["notFoundText"], text: node.notFoundText, role: "body" }] : []),
  contents: (_, language) => [
    {
      type: "text",
      text: bilingual({ fr: "Votre commande … est en préparation.", en: "Your order … is being prepared." }, language),
    },
  ],
  variables: (node) => ({ reads: readsOf([node.number, node.notFoundText]), writes: [node.saveAs] }),
  waitsFor: () => "effect",
  preview: (node, language) => gist(node.number ?? "", language),
});
