import { z } from "zod";
import type { ServerDeps } from "./deps.ts";
import { given, page } from "./query.ts";
import { ok, type Route, route } from "./route.ts";

/** The record of who did what. */
export function auditRoutes({ store }: ServerDeps): readonly Route[] {
  return [
    route({
      method: "get",
      path: "/api/audit",
      permission: "settings.manage",
      summary:
        "Who did what, when, from where, newest first: rights, accounts, publications, tokens, sign-ins, erasures",
      query: z.strictObject({
        action: z.string().max(200).optional(),
        actorId: z.string().max(100).optional(),
        target: z.string().max(200).optional(),
        since: z.iso.datetime({ offset: true }).optional(),
        until: z.iso.datetime({ offset: true }).optional(),
        ...page,
      }),
      run: async ({ principal, query }) => ok(await store.audit.list(principal.workspaceId, given(query))),
    }),
  ];
}
