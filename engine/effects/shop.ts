import type { Json } from "../core/domain/json.ts";
import { again, failed, type Perform } from "./effect-type.ts";

/** Speakable numbers are taken one time in a hundred million; five tries are enough for any shop. */
const NUMBERS = 5;

/** Products of the catalogue, as the contact's language has them. */
export const findProducts: Perform<"findProducts"> = async (effect, { store, workspace }) => {
  const { category, search, skus, limit, language } = effect;
  const wanted = skus === undefined ? undefined : skus.split(",").filter((sku) => sku !== "");
  const products = await store.shop.products(workspace.id, {
    ...(category ? { category } : {}),
    ...(search ? { search } : {}),
    ...(wanted ? { skus: wanted } : {}),
    language,
    limit,
  });
  const shown = wanted ? products : products.filter(({ inStock }) => inStock);
  return { type: "done", result: shown as unknown as Json };
};

/** Makes the order once, whatever happens in between: the effect's own id is part of it. */
export const createOrder: Perform<"createOrder"> = async (effect, context) => {
  const { store, workspace, claimed, ids } = context;
  for (let attempt = 0; attempt < NUMBERS; attempt++) {
    const made = await store.shop.createOrder(workspace.id, {
      effectId: claimed.id,
      number: ids.speakable(),
      contactId: claimed.contactId,
      conversationId: claimed.conversationId,
      lines: effect.lines,
      note: effect.note ?? "",
    });
    if (made.type === "made") return { type: "done", result: made.order as unknown as Json };
  }
  return again(context, "unavailable", "no free order number");
};

/** Only the contact's own orders are ever found. */
export const findOrder: Perform<"findOrder"> = async (effect, { store, workspace, claimed }) => {
  const order = await store.shop.findOrder(workspace.id, claimed.contactId, effect.number ?? null);
  return order
    ? { type: "done", result: order as unknown as Json }
    : failed("notFound", "no such order of this contact");
};

export const setOrderStatus: Perform<"setOrderStatus"> = async (effect, { store, workspace, claimed }) => {
  const order = await store.shop.setOrderStatus(workspace.id, claimed.contactId, effect.number, effect.status);
  return order
    ? { type: "done", result: order as unknown as Json }
    : failed("notFound", "no such order of this contact");
};
