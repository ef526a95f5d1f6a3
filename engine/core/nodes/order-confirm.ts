import { z } from "zod";
import type { OrderLine, OrderView, ProductView } from "../domain/effect.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import { bilingual, inLanguage, type LocalizedText } from "../domain/language.ts";
import { money } from "../domain/money.ts";
import { literal } from "./catalogue-words.ts";
import * as fields from "./fields.ts";
import { type FlowNode, type NodeMoment, nodeType, type Reaction } from "./node-type.ts";
import { pick } from "./picking.ts";
import { gist, readsOf } from "./reading.ts";

export interface OrderConfirmNode extends FlowNode {
  readonly type: "orderConfirm";
  readonly text: LocalizedText;
  readonly product: string;
  readonly quantity: string;
  readonly confirmLabel: LocalizedText;
  readonly modifyLabel: LocalizedText;
  readonly cancelLabel: LocalizedText;
  readonly note?: LocalizedText;
  readonly saveAs: string;
  readonly timeoutHours?: number;
  readonly timeoutMinutes?: number;
}

const MOST_OF_ONE = 999;
const TOTAL = { fr: "Total", en: "Total" };
const EXITS = { confirm: "confirmed", modify: "modify", cancel: "cancelled" } as const;

/** Shows the order with its total, asks Confirm / Modify / Cancel, and makes the order when it is confirmed. */
export const orderConfirm = nodeType<OrderConfirmNode>({
  type: "orderConfirm",
  label: { fr: "Confirmer la commande", en: "Confirm the order" },
  group: "shop",
  description: {
    fr: "Récapitule, demande confirmation et enregistre la commande.",
    en: "Sums up, asks for confirmation and records the order.",
  },
  schema: z.strictObject({
    type: z.literal("orderConfirm"),
    text: fields.field(fields.text, "Texte au-dessus du récapitulatif", "Text above the summary", "longText"),
    product: fields.field(
      fields.variable.default("product"),
      "Produit ou panier (variable)",
      "Product or cart (variable)",
      "variable",
      { section: "more" },
    ),
    quantity: fields.field(
      fields.variable.default("quantity"),
      "Quantité (variable)",
      "Quantity (variable)",
      "variable",
      { section: "more" },
    ),
    confirmLabel: fields.field(
      fields.text.default({ fr: "Confirmer", en: "Confirm" }),
      "Bouton Confirmer",
      "Button Confirm",
      "text",
      { section: "more" },
    ),
    modifyLabel: fields.field(
      fields.text.default({ fr: "Modifier", en: "Modify" }),
      "Bouton Modifier",
      "Button Modify",
      "text",
      { section: "more" },
    ),
    cancelLabel: fields.field(
      fields.text.default({ fr: "Annuler", en: "Cancel" }),
      "Bouton Annuler",
      "Button Cancel",
      "text",
      { section: "more" },
    ),
    note: fields.field(fields.text.optional(), "Note de commande", "Order note", "text", { section: "more" }),
    saveAs: fields.field(fields.variable.default("order"), "Enregistrer dans", "Save as", "variable", {
      section: "more",
    }),
    ...fields.timeout,
    ...fields.common,
  }) as unknown as z.ZodType<OrderConfirmNode>,
  exits: (node) => [
    { name: "confirmed", label: { fr: "Confirmée", en: "Confirmed" }, need: "required", when: "success" },
    { name: "modify", label: node.modifyLabel, need: "required", when: "choice" },
    { name: "cancelled", label: node.cancelLabel, need: "required", when: "choice" },
    fields.OTHER,
    ...fields.timeoutExit(node),
    fields.FAILED,
    fields.WINDOW_CLOSED,
  ],
  compile: (node, id) => ({
    // The summary needs the variables as they are on entry: the node reads them as soon as it is told to.
    entry: [
      {
        type: "effect",
        params: {
          node: id,
          effect: {
            type: "findProducts",
            skus: `{{ ${node.product} | map: 'sku' | join: ',' }}`,
            limit: 30,
            language: "",
          },
          awaits: true,
        },
      },
    ],
    ...fields.timeoutAfter(node),
  }),
  receive: (node, event, at) => {
    switch (event.type) {
      case "effectDone":
        return at.kept === null ? summary(node, at, event.result) : ordered(node, at, event.result);
      case "effectFailed":
        return { type: "exit", exit: "failed" };
      case "sendFailed":
        return fields.refused(event);
      case "people":
        return { type: "ignore" };
      case "message":
        return answered(node, event, at);
    }
  },
  texts: (node) => [
    { path: ["text"], text: node.text, role: "body" },
    { path: ["confirmLabel"], text: node.confirmLabel, role: "choice" },
    { path: ["modifyLabel"], text: node.modifyLabel, role: "choice" },
    { path: ["cancelLabel"], text: node.cancelLabel, role: "choice" },
  ],
  contents: (node, language) => [
    {
      type: "choices",
      text: inLanguage(node.text, language),
      choices: [
        { id: "confirm", label: inLanguage(node.confirmLabel, language) },
        { id: "modify", label: inLanguage(node.modifyLabel, language) },
        { id: "cancel", label: inLanguage(node.cancelLabel, language) },
      ],
    },
  ],
  variables: (node) => ({ reads: [node.product, ...readsOf([node.text, node.note])], writes: [node.saveAs] }),
  waitsFor: () => "contact",
  preview: (node, language) => gist(node.text, language),
});

/** Lines of the order with the catalogue's own prices: what the conversation says about prices counts for nothing. */
function linesOf(node: OrderConfirmNode, at: NodeMoment, products: readonly ProductView[]): readonly OrderLine[] {
  const chosen = at.variables[node.product] ?? null;
  const items = (Array.isArray(chosen) ? chosen : [chosen]) as readonly Json[];
  return items.flatMap((item): readonly OrderLine[] => {
    if (item === null || typeof item !== "object" || Array.isArray(item)) return [];
    const { sku, quantity } = item as JsonObject;
    const product = products.find((one) => one.sku === sku);
    if (!product) return [];
    const wanted = Math.floor(Number(quantity ?? at.variables[node.quantity] ?? 1));
    const count = Number.isFinite(wanted) ? Math.min(Math.max(1, wanted), MOST_OF_ONE) : 1;
    return [
      {
        sku: product.sku,
        name: product.name,
        quantity: count,
        unitPriceCents: product.priceCents,
        currency: product.currency,
      },
    ];
  });
}

function summary(node: OrderConfirmNode, at: NodeMoment, result: Json): Reaction {
  const lines = linesOf(node, at, (result ?? []) as unknown as readonly ProductView[]);
  // A product that is gone must not vanish from an order without a word.
  const chosen = at.variables[node.product] ?? null;
  const wanted = Array.isArray(chosen) ? chosen.length : 1;
  if (lines.length === 0 || lines.length < wanted) return { type: "exit", exit: "failed" };
  return { type: "stay", keep: { lines } as unknown as Json, verbs: [offer(node, at, lines)] };
}

function offer(node: OrderConfirmNode, at: NodeMoment, lines: readonly OrderLine[]) {
  const { language } = at;
  const currency = lines[0]?.currency ?? at.workspace.currency;
  const rows = lines.map(
    (line) =>
      `• ${line.quantity} × ${literal(line.name)} : ${money(line.quantity * line.unitPriceCents, currency, language)}`,
  );
  const total = lines.reduce((sum, line) => sum + line.quantity * line.unitPriceCents, 0);
  const recap = `${rows.join("\n")}\n${bilingual(TOTAL, language)} : ${money(total, currency, language)}`;
  const text = `${inLanguage(node.text, language)}\n\n${recap}`;
  const choices = [
    { id: "confirm", label: node.confirmLabel },
    { id: "modify", label: node.modifyLabel },
    { id: "cancel", label: node.cancelLabel },
  ];
  const synonyms = {
    confirm: ["oui", "yes", "ok", "je confirme", "d'accord", "valider", "c'est bon"],
    modify: ["changer", "change", "autre chose"],
    cancel: ["non", "no", "annule", "laisse tomber", "stop"],
  };
  return { type: "offer", params: { node: at.node, content: { type: "choices", text, choices, synonyms } } };
}

function answered(node: OrderConfirmNode, event: Parameters<typeof pick>[1], at: NodeMoment): Reaction {
  const kept = at.kept as unknown as { readonly lines: readonly OrderLine[]; readonly sent?: boolean } | null;
  if (!kept || kept.sent) return { type: "ignore" };
  const picked = pick(node, event, at);
  if ("reaction" in picked) {
    const { reaction } = picked;
    if (reaction.type !== "stay" || !reaction.again) return reaction;
    return {
      type: "stay",
      ...(reaction.say ? { say: reaction.say } : {}),
      verbs: [offer(node, at, kept.lines)],
      again: "fresh",
    };
  }
  const choice = picked.choice.id as keyof typeof EXITS;
  if (choice !== "confirm") return { type: "exit", exit: EXITS[choice] };
  const effect = {
    type: "createOrder",
    lines: kept.lines as unknown as Json,
    language: "",
    ...(node.note ? { note: inLanguage(node.note, at.language) } : {}),
  };
  return {
    type: "stay",
    keep: { ...kept, sent: true } as unknown as Json,
    verbs: [{ type: "effect", params: { node: at.node, effect, awaits: true } }],
  };
}

function ordered(node: OrderConfirmNode, at: NodeMoment, result: Json): Reaction {
  const order = result as unknown as OrderView | null;
  if (!order?.number) return { type: "exit", exit: "failed" };
  // An ordered cart is empty again; a product that was picked may still be spoken of.
  const emptied = Array.isArray(at.variables[node.product]) ? { [node.product]: null } : {};
  return { type: "exit", exit: "confirmed", set: { ...emptied, [node.saveAs]: order as unknown as JsonObject } };
}
