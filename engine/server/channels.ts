import { accountForm, accountJsonSchema } from "../core/domain/account-form.ts";
import { accountsOf } from "./accounts-of.ts";
import type { ServerDeps } from "./deps.ts";
import { accountRoute, ok, type Route } from "./route.ts";

/** Kinds of channels and the accounts that are connected. */
export function channelRoutes(deps: ServerDeps): readonly Route[] {
  return [
    accountRoute({
      method: "get",
      path: "/api/channels",
      permission: "accounts.view",
      summary: "Kinds of channels, what each can show, the form of an account, and the accounts without their secrets",
      run: async ({ principal }) =>
        ok({
          items: deps.channels.all.map((channel) => ({
            type: channel.type,
            label: channel.label,
            capabilities: channel.capabilities,
            account: accountJsonSchema(channel.account),
            fields: accountForm(channel.account),
            webhookUrl: channel.webhookPath ? `${deps.settings.publicUrl}${channel.webhookPath}` : null,
            canTest: channel.probe !== undefined,
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
  ];
}
