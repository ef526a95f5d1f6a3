import type { EffectError, OrderLine, OrderView, ProductView, ShopEffect } from "../core/domain/effect.ts";
import type { ContactId, ConversationId, EffectId, WorkspaceId } from "../core/domain/ids.ts";
import type { Json } from "../core/domain/json.ts";
import { inLanguage, type Language } from "../core/domain/language.ts";
import { plain } from "../core/run/match.ts";
import type { ShopRows } from "../ports.ts";
import type { Context } from "./context.ts";
import { pageOf, placeOf } from "./pages.ts";
import {
  all,
  change,
  iso,
  json,
  number,
  numberOrNull,
  one,
  put,
  type Row,
  type Script,
  scope,
  text,
  textOrNull,
  within,
} from "./sql.ts";

/** Products by SKU, and orders whose prices are the catalogue's. */
export function shopRows(context: Context): ShopRows {
  const { db } = context;
  return {
    products: (workspaceId, filter) => db.read(() => productsOf(workspaceId, filter)),
    saveProducts: (workspaceId, products) =>
      db.write(function* () {
        scope(workspaceId);
        let made = 0;
        for (const [rank, product] of products.entries()) {
          const known = yield* one(
            "SELECT sku FROM products WHERE workspace_id = ? AND sku = ?",
            workspaceId,
            product.sku,
          );
          if (!known) made++;
          const words = plain(
            [...Object.values(product.names), ...Object.values(product.descriptions), product.category].join(" "),
          );
          yield* put(
            `INSERT INTO products (workspace_id, sku, category, names, descriptions, price_cents, currency, stock, image_url, active, words, rank)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (workspace_id, sku) DO UPDATE SET category = excluded.category, names = excluded.names, descriptions = excluded.descriptions,
               price_cents = excluded.price_cents, currency = excluded.currency, stock = excluded.stock, image_url = excluded.image_url,
               active = excluded.active, words = excluded.words, rank = excluded.rank`,
            workspaceId,
            product.sku,
            product.category,
            JSON.stringify(product.names),
            JSON.stringify(product.descriptions),
            product.priceCents,
            product.currency,
            product.stock,
            product.imageUrl,
            product.active ? 1 : 0,
            words,
            rank,
          );
        }
        return { made, updated: products.length - made };
      }),
    countProducts: (workspaceId) =>
      db.read(function* () {
        const row = yield* one("SELECT COUNT(*) AS count FROM products WHERE workspace_id = ?", scope(workspaceId));
        return row ? number(row, "count") : 0;
      }),
    orders: (of, filter) =>
      db.read(function* () {
        const own = within(of, "c.account_id");
        const mine =
          own.sql === ""
            ? ""
            : `AND EXISTS (SELECT 1 FROM conversations c WHERE c.workspace_id = orders.workspace_id AND c.id = orders.conversation_id ${own.sql})`;
        const place = placeOf(filter.cursor);
        const rows = yield* all(
          `SELECT * FROM orders WHERE workspace_id = ? ${mine} AND (created_at < ? OR (created_at = ? AND id < ?)) ORDER BY created_at DESC, id DESC LIMIT ?`,
          scope(of),
          ...own.params,
          place.at,
          place.at,
          place.id,
          filter.limit + 1,
        );
        return pageOf(rows, filter.limit, "created_at", (row) => ({
          ...orderOf(row),
          contactId: text(row, "contact_id") as ContactId,
          conversationId: text(row, "conversation_id") as ConversationId,
        }));
      }),
  };
}

type ProductFilter = Parameters<ShopRows["products"]>[1];

function* productsOf(
  workspaceId: WorkspaceId,
  { category, search, anyOf, skus, language, limit }: ProductFilter,
): Script<readonly ProductView[]> {
  const words = search
    ? plain(search)
        .split(" ")
        .filter((word) => word !== "")
    : [];
  const rows = yield* all(
    `SELECT * FROM products WHERE workspace_id = ? AND active = 1
       ${category ? "AND lower(category) = ?" : ""} ${words.map(() => "AND words LIKE ?").join(" ")}
       ${anyOf ? `AND (${anyOf.map(() => "words LIKE ?").join(" OR ") || "1 = 0"})` : ""}
       ${skus ? `AND sku IN (${skus.map(() => "?").join(", ") || "NULL"})` : ""}
     ORDER BY rank, sku LIMIT ?`,
    scope(workspaceId),
    ...(category ? [category.toLowerCase()] : []),
    ...[...words, ...(anyOf ?? [])].map((word) => `%${word.replace(/[%_]/g, "")}%`),
    ...(skus ?? []),
    limit,
  );
  return rows.map((row) => productOf(row, language));
}

/** Who asks the shop something: a step of this conversation, by this effect. */
export interface Asker {
  readonly workspaceId: WorkspaceId;
  readonly contactId: ContactId;
  readonly conversationId: ConversationId;
  readonly effectId: EffectId;
}
export type ShopAnswer = { readonly result: Json } | { readonly error: EffectError };

/** Answers an effect from catalogue and orders, inside the transaction of the step that asks. Only the contact's own orders are ever found. */
export function* shopAnswer(context: Context, asker: Asker, effect: ShopEffect): Script<ShopAnswer> {
  const { workspaceId, contactId } = asker;
  switch (effect.type) {
    case "findProducts": {
      const skus = effect.skus?.split(",").filter((sku) => sku !== "");
      const { category, search, language, limit } = effect;
      const filter = { ...(category ? { category } : {}), ...(search ? { search } : {}), ...(skus ? { skus } : {}) };
      const products = yield* productsOf(workspaceId, { ...filter, language, limit });
      return { result: (skus ? products : products.filter(({ inStock }) => inStock)) as unknown as Json };
    }
    case "createOrder":
      return yield* createOrder(context, asker, effect);
    case "findOrder": {
      const row = yield* findOrder(workspaceId, contactId, effect.number ?? null);
      return row ? { result: orderOf(row) as unknown as Json } : NO_ORDER;
    }
    case "setOrderStatus": {
      const row = yield* findOrder(workspaceId, contactId, effect.number);
      if (!row) return NO_ORDER;
      yield* put(
        "UPDATE orders SET status = ? WHERE workspace_id = ? AND id = ?",
        effect.status,
        workspaceId,
        text(row, "id"),
      );
      return { result: { ...orderOf(row), status: effect.status } as unknown as Json };
    }
  }
}

const NO_ORDER: ShopAnswer = { error: { code: "notFound", detail: "no such order of this contact" } };
/** Speakable numbers are taken one time in a hundred million; five tries are enough for any shop. */
const NUMBERS = 5;

/** Prices come from the catalogue, not from the lines. */
function* createOrder(
  context: Context,
  asker: Asker,
  effect: Extract<ShopEffect, { readonly type: "createOrder" }>,
): Script<ShopAnswer> {
  const { workspaceId } = asker;
  const lines = yield* priced(workspaceId, effect.lines);
  const order = {
    status: "confirmed" as const,
    lines,
    totalCents: lines.reduce((sum, line) => sum + line.quantity * line.unitPriceCents, 0),
    currency: lines[0]?.currency ?? "EUR",
  };
  const now = context.clock.now();
  for (let attempt = 0; attempt < NUMBERS; attempt++) {
    const number = context.ids.speakable();
    const made = yield* change(
      `INSERT INTO orders (workspace_id, id, number, effect_id, contact_id, conversation_id, status, lines, total_cents, currency, note, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (workspace_id, number) DO NOTHING`,
      workspaceId,
      context.ids.make("order"),
      number,
      asker.effectId,
      asker.contactId,
      asker.conversationId,
      order.status,
      JSON.stringify(lines),
      order.totalCents,
      order.currency,
      effect.note ?? "",
      now,
    );
    if (!made) continue;
    for (const line of lines) {
      yield* put(
        "UPDATE products SET stock = stock - ? WHERE workspace_id = ? AND sku = ? AND stock IS NOT NULL",
        line.quantity,
        workspaceId,
        line.sku,
      );
    }
    const view: OrderView = { number, ...order, createdAt: new Date(now).toISOString() };
    return { result: view as unknown as Json };
  }
  return { error: { code: "unavailable", detail: "no free order number" } };
}

/** What the catalogue says now; a product that is gone keeps the price it was offered at. */
function* priced(workspaceId: WorkspaceId, lines: readonly OrderLine[]): Script<readonly OrderLine[]> {
  const found: OrderLine[] = [];
  for (const line of lines) {
    const row = yield* one(
      "SELECT price_cents, currency FROM products WHERE workspace_id = ? AND sku = ?",
      workspaceId,
      line.sku,
    );
    found.push(row ? { ...line, unitPriceCents: number(row, "price_cents"), currency: text(row, "currency") } : line);
  }
  return found;
}

function* findOrder(workspaceId: WorkspaceId, contactId: ContactId, wanted: string | null): Script<Row | null> {
  const said = wanted?.toUpperCase().replace(/[^A-Z0-9]/g, "") ?? "";
  if (said === "") {
    return yield* one(
      "SELECT * FROM orders WHERE workspace_id = ? AND contact_id = ? ORDER BY created_at DESC LIMIT 1",
      scope(workspaceId),
      contactId,
    );
  }
  return yield* one(
    "SELECT * FROM orders WHERE workspace_id = ? AND contact_id = ? AND replace(number, '-', '') = ? LIMIT 1",
    scope(workspaceId),
    contactId,
    said,
  );
}

function productOf(row: Row, language: Language): ProductView {
  const stock = numberOrNull(row, "stock");
  return {
    sku: text(row, "sku"),
    name: inLanguage(json<Record<string, string>>(row, "names"), language),
    description: inLanguage(json<Record<string, string>>(row, "descriptions"), language),
    category: text(row, "category"),
    priceCents: number(row, "price_cents"),
    currency: text(row, "currency"),
    imageUrl: textOrNull(row, "image_url"),
    inStock: stock === null || stock > 0,
  };
}

function orderOf(row: Row): OrderView {
  return {
    number: text(row, "number"),
    status: text(row, "status") as OrderView["status"],
    lines: json<OrderLine[]>(row, "lines"),
    totalCents: number(row, "total_cents"),
    currency: text(row, "currency"),
    createdAt: iso(row, "created_at"),
  };
}
