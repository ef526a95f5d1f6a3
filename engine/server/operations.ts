import { z } from "zod";
import type { EffectId, EventId } from "../core/domain/ids.ts";
import type { ServerDeps } from "./deps.ts";
import { id, page } from "./query.ts";
import { accountRoute, NOT_FOUND, ok, type Route, route } from "./route.ts";

/** What waits, what could not be read, what the operator should know. */
export function operationRoutes(deps: ServerDeps): readonly Route[] {
  const { store } = deps;
  return [
    accountRoute({
      method: "get",
      path: "/api/outbox",
      permission: "conversations.view",
      summary: "What waits to be sent or done, and why",
      query: z.strictObject({ limit: page.limit }),
      run: async ({ principal, query }) => ok({ items: await store.outbox.waiting(principal.scope, query.limit) }),
    }),
    accountRoute({
      method: "post",
      path: "/api/outbox/{id}",
      permission: "messages.send",
      summary: "Decides about a message of which nobody knows whether it was delivered",
      params: id,
      body: z.strictObject({ resolve: z.enum(["resend", "skip", "sent"]) }),
      run: async ({ principal, params, body }) =>
        (await store.outbox.resolveUnknown(principal.scope, params.id as EffectId, body.resolve))
          ? ok({ done: true })
          : NOT_FOUND,
    }),
    accountRoute({
      method: "get",
      path: "/api/quarantine",
      permission: "conversations.view",
      summary: "Events that could not be applied, and deliveries that could not be read",
      run: async ({ principal }) =>
        ok({
          events: await store.mailbox.quarantined(principal.scope),
          deliveries: await store.operations.setAside(principal.scope, 100),
        }),
    }),
    accountRoute({
      method: "post",
      path: "/api/quarantine/{id}",
      permission: "messages.send",
      summary: "Tries a quarantined event once more, or leaves it",
      params: id,
      body: z.strictObject({ do: z.enum(["retry", "skip"]) }),
      run: async ({ principal, params, body }) =>
        (await store.mailbox.release(principal.scope, params.id as EventId, body.do)) ? ok({ done: true }) : NOT_FOUND,
    }),
    route({
      method: "get",
      path: "/api/notices",
      permission: "settings.manage",
      summary: "What the operator should know, newest first",
      query: z.strictObject({ limit: page.limit }),
      run: async ({ principal, query }) =>
        ok({ items: await store.operations.notices(principal.workspaceId, query.limit) }),
    }),
  ];
}
