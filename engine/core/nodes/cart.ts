import { z } from "zod";
import type { ProductView } from "../domain/effect.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import { bilingual, inLanguage, type LocalizedText } from "../domain/language.ts";
import { money } from "../domain/money.ts";
import { numberSaid, plain } from "../run/match.ts";
import { choiceIdOf, literal } from "./catalogue-words.ts";
import * as fields from "./fields.ts";
import { type FlowNode, type NodeMoment, nodeType, type Reaction, type VerbCall } from "./node-type.ts";
import { pick } from "./picking.ts";
import { gist, readsOf } from "./reading.ts";

export interface CartNode extends FlowNode {
  readonly type: "cart";
  readonly text: LocalizedText;
  readonly product: string;
  readonly orderLabel: LocalizedText;
  readonly moreLabel: LocalizedText;
  readonly changeLabel: LocalizedText;
  readonly saveAs: string;
  readonly timeoutHours?: number;
  readonly timeoutMinutes?: number;
}

/** One article of the cart. Prices are only shown: the order is priced anew from the catalogue. */
interface Line {
  readonly sku: string;
  readonly name: string;
  readonly quantity: number;
  readonly priceCents: number;
  readonly currency: string;
}

/** What the contact is being asked: what next, which article to change, how many of it. */
interface Kept {
  readonly lines: readonly Line[];
  readonly asks: "next" | "article" | "quantity";
  readonly sku?: string;
}

const MOST_OF_ONE = 999;
/** A list shows ten rows, and one of them empties the cart. */
const MOST_LINES = 9;
const EMPTY_ALL = "empty-cart";
const WORDS = {
  which: { fr: "Quel article voulez-vous changer ?", en: "Which item would you like to change?" },
  emptyAll: { fr: "Vider le panier", en: "Empty the cart" },
  howMany: { fr: "Combien en voulez-vous ? 0 pour le retirer.", en: "How many would you like? 0 removes it." },
  notANumber: {
    fr: `Écrivez un nombre, de 0 à ${MOST_OF_ONE}.`,
    en: `Please write a number, from 0 to ${MOST_OF_ONE}.`,
  },
  full: {
    fr: `Le panier est plein (${MOST_LINES} articles différents) : passez cette commande, puis une autre.`,
    en: `The cart is full (${MOST_LINES} different items): place this order, then another.`,
  },
} as const;

/** Collects products before the order: adds what was just picked, changes quantities, then orders. The cart is a list for `orderConfirm`. */
export const cart = nodeType<CartNode>({
  type: "cart",
  label: { fr: "Panier", en: "Cart" },
  group: "shop",
  description: {
    fr: "Ajoute le produit choisi au panier et laisse changer les quantités.",
    en: "Adds the picked product to the cart and lets quantities be changed.",
  },
  schema: z.strictObject({
    type: z.literal("cart"),
    text: fields.field(fields.text, "Texte au-dessus du panier", "Text above the cart", "longText"),
    product: fields.field(
      fields.variable.default("product"),
      "Produit à ajouter (variable)",
      "Product to add (variable)",
      "variable",
      { section: "more" },
    ),
    orderLabel: fields.field(
      fields.text.default({ fr: "Commander", en: "Order" }),
      "Bouton Commander",
      "Button Order",
      "text",
      { section: "more" },
    ),
    moreLabel: fields.field(
      fields.text.default({ fr: "Ajouter un article", en: "Add an item" }),
      "Bouton Ajouter",
      "Button Add",
      "text",
      { section: "more" },
    ),
    changeLabel: fields.field(
      fields.text.default({ fr: "Modifier", en: "Change" }),
      "Bouton Modifier",
      "Button Change",
      "text",
      { section: "more" },
    ),
    saveAs: fields.field(fields.variable.default("cart"), "Enregistrer dans", "Save as", "variable", {
      section: "more",
    }),
    ...fields.timeout,
    ...fields.common,
  }) as unknown as z.ZodType<CartNode>,
  exits: (node) => [
    { name: "order", label: node.orderLabel, need: "required", when: "choice" },
    { name: "more", label: node.moreLabel, need: "required", when: "choice" },
    { name: "empty", label: { fr: "Panier vide", en: "Cart empty" }, need: "required", when: "other" },
    fields.OTHER,
    ...fields.timeoutExit(node),
    fields.FAILED,
    fields.WINDOW_CLOSED,
  ],
  compile: (node, id) => ({
    entry: [lookUp(id, `{{ ${node.saveAs} | map: 'sku' | join: ',' }},{{ ${node.product} | map: 'sku' | join: ',' }}`)],
    ...fields.timeoutAfter(node),
  }),
  receive: (node, event, at) => {
    switch (event.type) {
      case "effectDone":
        return filled(node, at, (event.result ?? []) as unknown as readonly ProductView[]);
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
    { path: ["orderLabel"], text: node.orderLabel, role: "choice" },
    { path: ["moreLabel"], text: node.moreLabel, role: "choice" },
    { path: ["changeLabel"], text: node.changeLabel, role: "choice" },
  ],
  contents: (node, language) => [
    {
      type: "choices",
      text: inLanguage(node.text, language),
      choices: [
        { id: "order", label: inLanguage(node.orderLabel, language) },
        { id: "more", label: inLanguage(node.moreLabel, language) },
        { id: "change", label: inLanguage(node.changeLabel, language) },
      ],
    },
  ],
  variables: (node) => ({ reads: readsOf([node.text]), writes: [node.saveAs, node.product] }),
  waitsFor: () => "contact",
  preview: (node, language) => gist(node.text, language),
});

function lookUp(id: string, skus: string): VerbCall {
  const effect = { type: "findProducts", skus, limit: 30, language: "" };
  return { type: "effect", params: { node: id, effect, awaits: true } };
}

/** The articles of a variable: one product or a list, each with its quantity or one. */
function itemsOf(value: Json | undefined): readonly { readonly sku: string; readonly quantity: number }[] {
  const items = Array.isArray(value) ? value : [value ?? null];
  return items.flatMap((item: Json) => {
    if (item === null || typeof item !== "object" || Array.isArray(item)) return [];
    const { sku, quantity } = item as JsonObject;
    return typeof sku === "string" ? [{ sku, quantity: countOf(Number(quantity ?? 1)) }] : [];
  });
}

const countOf = (wanted: number): number =>
  Number.isFinite(wanted) ? Math.min(Math.max(1, Math.floor(wanted)), MOST_OF_ONE) : 1;

/** The cart as it was, with what was picked since: what the catalogue no longer holds is left out. */
function filled(node: CartNode, at: NodeMoment, products: readonly ProductView[]): Reaction {
  const kept = at.kept as unknown as Kept | null;
  const before = kept?.lines ?? itemsOf(at.variables[node.saveAs]);
  const wanted = new Map(before.map(({ sku, quantity }) => [sku, quantity]));
  let full = false;
  for (const { sku, quantity } of itemsOf(at.variables[node.product])) {
    if (!wanted.has(sku) && wanted.size >= MOST_LINES) full = true;
    else wanted.set(sku, countOf((wanted.get(sku) ?? 0) + quantity));
  }
  const lines = [...wanted].flatMap(([sku, quantity]): readonly Line[] => {
    const product = products.find((one) => one.sku === sku);
    return product
      ? [{ sku, name: product.name, quantity, priceCents: product.priceCents, currency: product.currency }]
      : [];
  });
  const notice = full ? [{ type: "text" as const, text: bilingual(WORDS.full, at.language) }] : [];
  return shown(node, at, lines, notice);
}

/** Puts the cart before the contact; an empty one leaves. The picked product is used up, so that coming back adds nothing. */
function shown(
  node: CartNode,
  at: NodeMoment,
  lines: readonly Line[],
  say: Extract<Reaction, { readonly type: "stay" }>["say"] = [],
): Reaction {
  const set = { [node.saveAs]: lines as unknown as Json, [node.product]: null };
  if (lines.length === 0) return { type: "exit", exit: "empty", set };
  return {
    type: "stay",
    say,
    set,
    keep: { lines, asks: "next" } as unknown as Json,
    verbs: [question(node, at, lines)],
  };
}

function question(node: CartNode, at: NodeMoment, lines: readonly Line[]): VerbCall {
  const { language } = at;
  const currency = lines[0]?.currency ?? at.workspace.currency;
  const rows = lines.map(
    ({ quantity, name, priceCents }) =>
      `• ${quantity} × ${literal(name)} : ${money(quantity * priceCents, currency, language)}`,
  );
  const total = lines.reduce((sum, { quantity, priceCents }) => sum + quantity * priceCents, 0);
  const text = `${inLanguage(node.text, language)}\n\n${rows.join("\n")}\nTotal : ${money(total, currency, language)}`;
  const choices = [
    { id: "order", label: node.orderLabel },
    { id: "more", label: node.moreLabel },
    { id: "change", label: node.changeLabel },
  ];
  const synonyms = {
    order: ["oui", "yes", "ok", "valider", "je commande", "c'est tout", "payer", "checkout", "that's all"],
    more: ["ajouter", "encore", "autre article", "continuer", "add", "more", "another"],
    change: ["changer", "retirer", "enlever", "supprimer", "quantité", "remove", "quantity"],
  };
  return offer(at, { type: "choices", text, choices, synonyms });
}

function answered(node: CartNode, event: Parameters<typeof pick>[1], at: NodeMoment): Reaction {
  const kept = at.kept as unknown as Kept | null;
  if (!kept) return { type: "ignore" };
  const { lines, asks } = kept;
  if (event.content.type === "order") {
    // A cart from the provider's own catalogue: looked up like everything else, its prices count for nothing.
    const items = event.content.items.map(({ sku, quantity }) => ({ sku, quantity }));
    const skus = [...lines, ...items].map(({ sku }) => sku.replace(/[,{}]/g, "")).join(",");
    return { type: "stay", set: { [node.product]: items }, verbs: [lookUp(at.node, skus)] };
  }
  if (asks === "quantity") return counted(node, kept, event, at);
  const again = asks === "next" ? question(node, at, lines) : which(at, lines);
  const picked = pick(node, event, at);
  if ("reaction" in picked) {
    const { reaction } = picked;
    if (reaction.type !== "stay" || !reaction.again) return reaction;
    return { type: "stay", ...(reaction.say ? { say: reaction.say } : {}), verbs: [again], again: "fresh" };
  }
  const { id } = picked.choice;
  if (asks === "next") {
    if (id !== "change") return { type: "exit", exit: id };
    return lines.length === 1 && lines[0]
      ? {
          type: "stay",
          keep: { lines, asks: "quantity", sku: lines[0].sku } as unknown as Json,
          say: [howMany(lines[0], at)],
        }
      : {
          type: "stay",
          keep: { lines, asks: "article" } as unknown as Json,
          verbs: [which(at, lines)],
        };
  }
  if (id === EMPTY_ALL) return shown(node, at, []);
  const line = lines.find(({ sku }) => choiceIdOf(sku) === id);
  if (!line) return { type: "ignore" };
  return {
    type: "stay",
    keep: { lines, asks: "quantity", sku: line.sku } as unknown as Json,
    say: [howMany(line, at)],
  };
}

/** The new quantity of one article; zero takes it out. */
function counted(node: CartNode, { lines, sku }: Kept, event: Parameters<typeof pick>[1], at: NodeMoment): Reaction {
  const { content } = event;
  const said = content.type === "text" ? content.text : content.type === "choice" ? content.label : "";
  const digits = /^\D{0,20}(\d{1,4})\D{0,20}$/.exec(said)?.[1];
  const none = ["aucun", "zero", "none", "retirer", "enlever", "supprimer", "remove"].includes(plain(said));
  const count = digits ? Number(digits) : none ? 0 : numberSaid(said);
  if (count === null || count > MOST_OF_ONE) {
    if (at.tries >= at.reasks) return { type: "giveUp", reason: "the contact was not understood" };
    return { type: "stay", say: [{ type: "text", text: bilingual(WORDS.notANumber, at.language) }], again: "fresh" };
  }
  const changed = lines.map((line) => (line.sku === sku ? { ...line, quantity: count } : line));
  return shown(
    node,
    at,
    changed.filter(({ quantity }) => quantity > 0),
  );
}

function which(at: NodeMoment, lines: readonly Line[]): VerbCall {
  const choices = lines.map(({ sku, name, quantity }) => ({
    id: choiceIdOf(sku),
    label: literal(name),
    description: `× ${quantity}`,
  }));
  const emptyAll = { id: EMPTY_ALL, label: bilingual(WORDS.emptyAll, at.language), description: "" };
  return offer(at, { type: "choices", text: bilingual(WORDS.which, at.language), choices: [...choices, emptyAll] });
}

function howMany(line: Line, at: NodeMoment) {
  return { type: "text" as const, text: `${line.name} : ${bilingual(WORDS.howMany, at.language)}` };
}

function offer(at: NodeMoment, content: JsonObject): VerbCall {
  return { type: "offer", params: { node: at.node, content } };
}
