import type { OrderLine, OrderView, ProductView } from "../core/domain/effect.ts";
import type { ContactId, ConversationId, WorkspaceId } from "../core/domain/ids.ts";
import { inLanguage, type Language } from "../core/domain/language.ts";
import { plain } from "../core/run/match.ts";
import type { ShopRows } from "../ports.ts";
import type { Context } from "./context.ts";
import { pageOf, placeOf } from "./pages.ts";
import { all, iso, json, number, numberOrNull, one, type Row, type Script, scope, text, textOrNull } from "./sql.ts";

/** Products by SKU, and orders whose prices are the catalogue's. */
export function shopRows(context: Context): ShopRows {
  const { db } = context;
  return {
    products: (workspaceId, { category, search, skus, language, limit }) =>
      db.read(function* () {
        const words = search
          ? plain(search)
              .split(" ")
              .filter((word) => word !== "")
          : [];
        const rows = yield* all(
          `SELECT * FROM products WHERE workspace_id = ? AND active = 1
             ${category ? "AND lower(category) = ?" : ""} ${words.map(() => "AND words LIKE ?").join(" ")}
             ${skus ? `AND sku IN (${skus.map(() => "?").join(", ") || "NULL"})` : ""}
           ORDER BY rank, sku LIMIT ?`,
          scope(workspaceId),
          ...(category ? [category.toLowerCase()] : []),
          ...words.map((word) => `%${word.replace(/[%_]/g, "")}%`),
          ...(skus ?? []),
          limit,
        );
        return rows.map((row) => productOf(row, language));
      }),
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
          yield* all(
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
    createOrder: (workspaceId, order) =>
      db.write(function* () {
        const now = context.clock.now();
        const same = yield* one(
          "SELECT * FROM orders WHERE workspace_id = ? AND effect_id = ?",
          scope(workspaceId),
          order.effectId,
        );
        if (same) return { type: "made" as const, order: orderOf(same) };
        const taken = yield* one(
          "SELECT id FROM orders WHERE workspace_id = ? AND number = ?",
          workspaceId,
          order.number,
        );
        if (taken) return { type: "taken" as const };
        const lines = yield* priced(workspaceId, order.lines);
        const total = lines.reduce((sum, line) => sum + line.quantity * line.unitPriceCents, 0);
        yield* all(
          `INSERT INTO orders (workspace_id, id, number, effect_id, contact_id, conversation_id, status, lines, total_cents, currency, note, created_at)
           VALUES (?, ?, ?, ?, ?, ?, 'confirmed', ?, ?, ?, ?, ?)`,
          workspaceId,
          context.ids.make("order"),
          order.number,
          order.effectId,
          order.contactId,
          order.conversationId,
          JSON.stringify(lines),
          total,
          lines[0]?.currency ?? "EUR",
          order.note,
          now,
        );
        for (const line of lines) {
          yield* all(
            "UPDATE products SET stock = stock - ? WHERE workspace_id = ? AND sku = ? AND stock IS NOT NULL",
            line.quantity,
            workspaceId,
            line.sku,
          );
        }
        const made = yield* one(
          "SELECT * FROM orders WHERE workspace_id = ? AND number = ?",
          workspaceId,
          order.number,
        );
        if (!made) throw new Error("an order that was just written is not there");
        return { type: "made" as const, order: orderOf(made) };
      }),
    findOrder: (workspaceId, contactId, wanted) =>
      db.read(function* () {
        const row = yield* findOrder(workspaceId, contactId, wanted);
        return row && orderOf(row);
      }),
    setOrderStatus: (workspaceId, contactId, wanted, status) =>
      db.write(function* () {
        const row = yield* findOrder(workspaceId, contactId, wanted);
        if (!row) return null;
        yield* all(
          "UPDATE orders SET status = ? WHERE workspace_id = ? AND id = ?",
          status,
          workspaceId,
          text(row, "id"),
        );
        return { ...orderOf(row), status };
      }),
    orders: (workspaceId, filter) =>
      db.read(function* () {
        const place = placeOf(filter.cursor);
        const rows = yield* all(
          "SELECT * FROM orders WHERE workspace_id = ? AND (created_at < ? OR (created_at = ? AND id < ?)) ORDER BY created_at DESC, id DESC LIMIT ?",
          scope(workspaceId),
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
