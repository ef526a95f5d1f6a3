import { z } from "zod";
import type { ServerDeps } from "./deps.ts";
import { NOT_FOUND, ok, type Route, route } from "./route.ts";

/** Kinds of channels and the accounts that are connected. */
export function channelRoutes(deps: ServerDeps): readonly Route[] {
  return [
    route({
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
            accounts: deps
              .accounts()
              .filter((account) => account.channel === channel.type && account.workspaceId === principal.workspaceId)
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
    route({
      method: "post",
      path: "/api/accounts/{id}/resume",
      permission: "accounts.manage",
      summary: "Lets a paused account send again, after its credentials or its billing were put right",
      params: z.strictObject({ id: z.string().min(1).max(100) }),
      run: async ({ principal, params }) => {
        const account = deps
          .accounts()
          .find(({ id, workspaceId }) => id === params.id && workspaceId === principal.workspaceId);
        if (!account) return NOT_FOUND;
        await deps.store.accounts.setStatus(principal.workspaceId, account.id, "active", null);
        return ok({ done: true });
      },
    }),
  ];
}
