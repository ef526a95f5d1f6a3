import { z } from "zod";
import type { ProductView } from "../domain/effect.ts";
import type { Json, JsonObject } from "../domain/json.ts";
import type { LocalizedText } from "../domain/language.ts";
import { money } from "../domain/money.ts";
import { choiceIdOf, literal } from "./catalogue-words.ts";
import * as fields from "./fields.ts";
import { type FlowNode, nodeType } from "./node-type.ts";
import { pick } from "./picking.ts";
import { gist, readsOf, shown } from "./reading.ts";

export interface ProductListNode extends FlowNode {
  readonly type: "productList";
  readonly text: LocalizedText;
  readonly category?: string;
  readonly search?: string;
  readonly limit: number;
  readonly listLabel?: LocalizedText;
  readonly saveAs: string;
  readonly timeoutHours?: number;
  readonly timeoutMinutes?: number;
}

/** Shows products of the catalogue as a list and keeps the one that was picked: `product.name`, `product.price` … */
export const productList = nodeType<ProductListNode>({
  type: "productList",
  label: { fr: "Liste de produits", en: "Product list" },
  group: "shop",
  description: {
    fr: "Présente des produits du catalogue à choisir.",
    en: "Shows products of the catalogue to pick from.",
  },
  schema: z.strictObject({
    type: z.literal("productList"),
    text: fields.field(fields.text, "Texte", "Text", "longText"),
    category: fields.field(z.string().max(80).optional(), "Catégorie", "Category", "category"),
    search: fields.field(z.string().max(200).optional(), "Recherche", "Search", "text"),
    limit: fields.field(z.int().min(1).max(10).default(10), "Nombre de produits", "Number of products", "number", {
      section: "more",
    }),
    listLabel: fields.field(fields.text.optional(), "Bouton de la liste", "Button of the list", "text", {
      section: "more",
    }),
    saveAs: fields.field(fields.variable.default("product"), "Enregistrer dans", "Save as", "variable", {
      section: "more",
    }),
    ...fields.timeout,
    ...fields.common,
  }) as unknown as z.ZodType<ProductListNode>,
  exits: (node) => [
    { name: "chosen", label: { fr: "Produit choisi", en: "Product picked" }, need: "required", when: "choice" },
    {
      name: "empty",
      label: { fr: "Aucun produit", en: "No product" },
      need: "default",
      when: "other",
      unconnected: "people",
    },
    fields.OTHER,
    ...fields.timeoutExit(node),
    fields.FAILED,
    fields.WINDOW_CLOSED,
  ],
  compile: (node, id) => {
    const { category, search, limit } = node;
    const effect = {
      type: "findProducts",
      ...(category ? { category } : {}),
      ...(search ? { search } : {}),
      limit,
      language: "",
    };
    return { entry: [{ type: "effect", params: { node: id, effect, awaits: true } }], ...fields.timeoutAfter(node) };
  },
  receive: (node, event, at) => {
    switch (event.type) {
      case "effectDone": {
        const products = (event.result ?? []) as unknown as readonly ProductView[];
        if (products.length === 0) return { type: "exit", exit: "empty" };
        return {
          type: "stay",
          keep: products as unknown as Json,
          verbs: [offer(node, at.node, products, at.language)],
        };
      }
      case "effectFailed":
        return { type: "exit", exit: "failed" };
      case "sendFailed":
        return fields.refused(event);
      case "people":
        return { type: "ignore" };
      case "message": {
        const products = (at.kept ?? []) as unknown as readonly ProductView[];
        if (products.length === 0) return { type: "ignore" };
        if (event.content.type === "order") {
          // A cart from the provider's own catalogue. Only what and how many: `cart` and `orderConfirm` ask the catalogue for prices.
          const items = event.content.items.map(({ sku, quantity }) => ({ sku, quantity }));
          return { type: "exit", exit: "chosen", set: { [node.saveAs]: items } };
        }
        const picked = pick(node, event, at);
        if ("reaction" in picked) {
          const { reaction } = picked;
          if (reaction.type !== "stay" || !reaction.again) return reaction;
          return {
            type: "stay",
            ...(reaction.say ? { say: reaction.say } : {}),
            verbs: [offer(node, at.node, products, at.language)],
            again: "fresh",
          };
        }
        const product = products.find(({ sku }) => choiceIdOf(sku) === picked.choice.id);
        if (!product) return { type: "ignore" };
        const price = money(product.priceCents, product.currency, at.language);
        return { type: "exit", exit: "chosen", set: { [node.saveAs]: { ...product, price } as unknown as JsonObject } };
      }
    }
  },
  texts: (node) => [
    { path: ["text"], text: node.text, role: "body" },
    ...(node.listLabel ? [{ path: ["listLabel"], text: node.listLabel, role: "listLabel" as const }] : []),
  ],
  contents: (node, language) => [shown({ type: "text", text: node.text }, language)],
  variables: (node) => ({ reads: readsOf([node.text, node.category, node.search]), writes: [node.saveAs] }),
  waitsFor: () => "contact",
  preview: (node, language) => gist(node.text, language),
});

function offer(node: ProductListNode, id: string, products: readonly ProductView[], language: string) {
  const choices = products.map((product) => {
    const price = money(product.priceCents, product.currency, language);
    return {
      id: choiceIdOf(product.sku),
      label: literal(product.name),
      description: literal([price, product.description].filter((part) => part !== "").join(" · ")),
      ...(product.imageUrl ? { imageUrl: product.imageUrl } : {}),
    };
  });
  return {
    type: "offer",
    params: {
      node: id,
      content: { type: "choices", text: node.text, choices, ...(node.listLabel ? { listLabel: node.listLabel } : {}) },
    },
  };
}
