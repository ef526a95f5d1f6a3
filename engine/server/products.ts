import { z } from "zod";
import type { CatalogueProduct } from "../catalogue.ts";

const words = z.record(z.string().regex(/^[a-z]{2}$/), z.string().max(2000));

/** A product as the API takes it: prices in the smallest unit of the currency, one text per language. */
const product = z.strictObject({
  sku: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/),
  category: z.string().min(1).max(80),
  names: words.refine((names) => Object.keys(names).length > 0, "a name in at least one language"),
  descriptions: words.default({}),
  priceCents: z.int().min(0).max(1_000_000_000),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default("EUR"),
  stock: z.int().min(0).nullable().default(null),
  imageUrl: z
    .url({ protocol: /^https$/ })
    .nullable()
    .default(null),
  active: z.boolean().default(true),
});
const MOST = 20_000;

/** Reads a JSON list of products; `line` is the place in the list, from 1. */
export function productsOf(text: string): {
  readonly products: readonly CatalogueProduct[];
  readonly problems: readonly { readonly line: number; readonly message: string }[];
} {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    list = null;
  }
  if (!Array.isArray(list) || list.length > MOST)
    return { products: [], problems: [{ line: 1, message: `send a JSON list of at most ${MOST} products` }] };
  const products: CatalogueProduct[] = [];
  const problems: { line: number; message: string }[] = [];
  list.forEach((one: unknown, index) => {
    const parsed = product.safeParse(one);
    if (parsed.success) products.push(parsed.data);
    else {
      const [issue] = parsed.error.issues;
      problems.push({
        line: index + 1,
        message: `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "cannot be read"}`,
      });
    }
  });
  return { products, problems };
}
