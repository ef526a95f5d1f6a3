import { parse } from "csv-parse/sync";
import { z } from "zod";
import type { Product } from "./ports.ts";

export type CatalogueProduct = Omit<Product, "id" | "name" | "description" | "inStock">;

/** What a catalogue file holds, and one sentence for each line that cannot be used. */
export interface Catalogue {
  readonly products: readonly CatalogueProduct[];
  readonly problems: readonly { readonly line: number; readonly message: string }[];
}

const row = z.object({
  sku: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9_.-]{1,64}$/, "sku: letters, digits, dashes, at most 64"),
  category: z.string().trim().min(1, "category is missing").max(80),
  price: z
    .string()
    .trim()
    .regex(/^\d{1,7}([.,]\d{1,2})?$/, "price: a number such as 12.50"),
  currency: z
    .string()
    .trim()
    .regex(/^[A-Z]{3}$/, "currency: three letters such as EUR")
    .default("EUR"),
  stock: z.string().trim().regex(/^\d*$/, "stock: a whole number, or empty").default(""),
  image_url: z.string().trim().default(""),
});
const MOST_ROWS = 20_000;

/** Reads a catalogue as CSV: `sku,category,name_fr,name_en,description_fr,…,price,currency,stock,image_url`. */
export function parseCatalogue(text: string): Catalogue {
  let records: readonly {
    readonly record: Readonly<Record<string, string>>;
    readonly info: { readonly lines: number };
  }[];
  try {
    const delimiter = (text.split("\n")[0] ?? "").includes(";") ? ";" : ",";
    records = parse(text, {
      columns: true,
      bom: true,
      delimiter,
      info: true,
      skip_empty_lines: true,
      relax_column_count: true,
      to: MOST_ROWS,
    }) as unknown as typeof records;
  } catch (error) {
    return { products: [], problems: [{ line: 1, message: error instanceof Error ? error.message : String(error) }] };
  }
  const products: CatalogueProduct[] = [];
  const problems: { line: number; message: string }[] = [];
  for (const { record, info } of records) {
    const parsed = row.safeParse(record);
    const names = inLanguages(record, "name");
    if (!parsed.success || Object.keys(names).length === 0) {
      const message = parsed.success
        ? "name_fr or name_en is missing"
        : (parsed.error.issues[0]?.message ?? "cannot be read");
      problems.push({ line: info.lines, message });
      continue;
    }
    const { sku, category, price, currency, stock, image_url } = parsed.data;
    products.push({
      sku,
      category,
      names,
      descriptions: inLanguages(record, "description"),
      priceCents: Math.round(Number(price.replace(",", ".")) * 100),
      currency,
      stock: stock === "" ? null : Number(stock),
      imageUrl: /^https:\/\//.test(image_url) ? image_url : null,
      active: true,
    });
  }
  return { products, problems };
}

function inLanguages(record: Readonly<Record<string, string>>, field: string): Readonly<Record<string, string>> {
  const found: [string, string][] = [];
  for (const [key, value] of Object.entries(record)) {
    const language = new RegExp(`^${field}_([a-z]{2})$`).exec(key)?.[1];
    if (language && value.trim() !== "") found.push([language, value.trim()]);
  }
  return Object.fromEntries(found);
}
