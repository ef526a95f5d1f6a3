import { z } from "zod";
import { accountsOf } from "./accounts-of.ts";
import type { ServerDeps } from "./deps.ts";
import { accountRoute, NOT_FOUND, ok, type Route } from "./route.ts";

/** Kinds of channels and the accounts that are connected. */
export function channelRoutes(deps: ServerDeps): readonly Route[] {
  return [
    accountRoute({
      method: "get",
      path: "/api/channels",
      permission: "accounts.view",
      summary: "Kinds of channels, what each can show, and the connected accounts without their secrets",
      run: async ({ principal }) =>
        ok({
          items: deps.channels.all.map((channel) => ({
            type: channel.type,
            label: channel.label,
            capabilities: channel.capabilities,
            account: z.toJSONSchema(channel.account, { io: "input", unrepresentable: "any" }),
            accounts: accountsOf(deps, principal.scope)
              .filter((account) => account.channel === channel.type)
              .map(({ id: accountId, name, address, status, statusDetail, botEnabled }) => ({
                id: accountId,
                name,
                address,
                status,
                statusDetail,
                botEnabled,
              })),
          })),
        }),
    }),
    accountRoute({
      method: "post",
      path: "/api/accounts/{id}/resume",
      permission: "accounts.manage",
      summary: "Lets a paused account send again, after its credentials or its billing were put right",
      params: z.strictObject({ id: z.string().min(1).max(100) }),
      run: async ({ principal, params }) => {
        const account = accountsOf(deps, principal.scope).find(({ id }) => id === params.id);
        if (!account) return NOT_FOUND;
        await deps.store.accounts.setStatus(account.workspaceId, account.id, "active", null);
        return ok({ done: true });
      },
    }),
  ];
}
