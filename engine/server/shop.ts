import { z } from "zod";
import { parseCatalogue } from "../catalogue.ts";
import type { ServerDeps } from "./deps.ts";
import { productsOf } from "./products.ts";
import { given, page } from "./query.ts";
import { accountRoute, ok, type Route, route } from "./route.ts";

/** Catalogue and orders. */
export function shopRoutes(deps: ServerDeps): readonly Route[] {
  const { store } = deps;
  return [
    accountRoute({
      method: "get",
      path: "/api/orders",
      permission: "conversations.view",
      summary: "Orders, newest first",
      query: z.strictObject(page),
      run: async ({ principal, query }) => ok(await store.shop.orders(principal.scope, given(query))),
    }),
    accountRoute({
      method: "get",
      path: "/api/products",
      permission: "conversations.view",
      summary: "Products of the catalogue",
      query: z.strictObject({
        category: z.string().max(80).optional(),
        search: z.string().max(200).optional(),
        language: z
          .string()
          .regex(/^[a-z]{2}$/)
          .default("fr"),
        limit: page.limit,
      }),
      run: async ({ query }) => ok({ items: await store.shop.products(deps.settings.workspaceId, given(query)) }),
    }),
    route({
      method: "put",
      path: "/api/products",
      permission: "catalogue.edit",
      summary:
        "Imports a catalogue as CSV or as a JSON list; what cannot be read is named and nothing is left half done",
      body: "text",
      run: async ({ principal, body, headers }) => {
        const isJson = headers("content-type")?.startsWith("application/json") ?? false;
        const { products, problems } = isJson ? productsOf(String(body)) : parseCatalogue(String(body));
        if (problems.length > 0) return { status: 422, body: { problems } };
        return ok(await store.shop.saveProducts(principal.workspaceId, products));
      },
    }),
  ];
}
