import { z } from "zod";
import type { ContactId } from "../core/domain/ids.ts";
import type { ServerDeps } from "./deps.ts";
import { given, id, page } from "./query.ts";
import { accountRoute, NOT_FOUND, ok, type Route } from "./route.ts";

/** The people who wrote. */
export function contactRoutes(deps: ServerDeps): readonly Route[] {
  const { store } = deps;
  return [
    accountRoute({
      method: "get",
      path: "/api/contacts",
      permission: "contacts.view",
      summary: "Contacts, newest first",
      query: z.strictObject({ search: z.string().max(100).optional(), ...page }),
      run: async ({ principal, query }) => ok(await store.conversations.contacts(principal.scope, given(query))),
    }),
    accountRoute({
      method: "get",
      path: "/api/contacts/{id}",
      permission: "contacts.view",
      summary: "One contact",
      params: id,
      run: async ({ principal, params }) => {
        const contact = await store.conversations.contact(principal.scope, params.id as ContactId);
        return contact ? ok(contact) : NOT_FOUND;
      },
    }),
  ];
}
