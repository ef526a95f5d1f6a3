import { z } from "zod";
import type { ServerDeps } from "./deps.ts";
import { ok, type Route, route } from "./route.ts";

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
  ];
}
