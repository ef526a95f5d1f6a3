import { z } from "zod";
import type { ApiTokenId, ChannelAccountId } from "../core/domain/ids.ts";
import { PERMISSIONS } from "../core/domain/permission.ts";
import { hashOf, TOKEN_PREFIX, tokenRights } from "./auth.ts";
import { personName } from "./credentials.ts";
import type { ServerDeps } from "./deps.ts";
import { commands, MORE_THAN_YOURS } from "./powers.ts";
import { id } from "./query.ts";
import { NOT_FOUND, ok, type Route, route } from "./route.ts";

const HINT_CHARS = 10;
const DAY_MS = 86_400_000;

/** Keys for programs: shown once, kept as hashes, never with more rights than whoever made them has now. */
export function tokenRoutes(deps: ServerDeps): readonly Route[] {
  const { store, settings, ids, clock, accounts } = deps;
  const { workspaceId } = settings;
  return [
    route({
      method: "get",
      path: "/api/tokens",
      permission: "settings.manage",
      summary: "API tokens without their keys: what they may, until when, when they were last used",
      run: async () => ok({ items: await store.tokens.list(workspaceId) }),
    }),
    route({
      method: "post",
      path: "/api/tokens",
      permission: "settings.manage",
      record: "store",
      summary: "Makes an API token. `token` in the answer is shown this once",
      body: z.strictObject({
        name: personName,
        permissions: z.array(z.enum(PERMISSIONS)).min(1).max(PERMISSIONS.length),
        /** Null: all accounts, those to come too. */
        accountIds: z.array(z.string().min(1).max(100)).min(1).max(500).nullable().default(null),
        expiresInDays: z.int().min(1).max(3650).nullable().default(365),
      }),
      run: async ({ principal, body, actor }) => {
        const own = new Set<string>(
          accounts().flatMap((account) => (account.workspaceId === workspaceId ? [account.id] : [])),
        );
        if (body.accountIds?.some((one) => !own.has(one)))
          return { status: 422, body: { error: "there is no such account", code: "noSuchAccount" } };
        const accountIds = body.accountIds as readonly ChannelAccountId[] | null;
        const permissions = [...new Set(body.permissions)];
        if (!commands(principal, tokenRights({ permissions, accountIds }))) return MORE_THAN_YOURS;
        const token = `${TOKEN_PREFIX}${ids.token()}`;
        const made = await store.tokens.create(
          workspaceId,
          {
            name: body.name,
            permissions,
            accountIds,
            userId: principal.ownerId,
            hint: token.slice(0, HINT_CHARS),
            tokenHash: hashOf(token),
            expiresAt:
              body.expiresInDays === null ? null : new Date(clock.now() + body.expiresInDays * DAY_MS).toISOString(),
          },
          actor,
        );
        return { status: 201, body: { ...made, token } };
      },
    }),
    route({
      method: "delete",
      path: "/api/tokens/{id}",
      permission: "settings.manage",
      record: "store",
      summary: "Makes an API token worthless at once",
      params: id,
      run: async ({ principal, params, actor }) => {
        const isRevoked = await store.tokens.revoke(
          workspaceId,
          params.id as ApiTokenId,
          (token) =>
            (token.userId !== null && token.userId === principal.ownerId) || commands(principal, tokenRights(token)),
          actor,
        );
        return isRevoked ? ok({ done: true }) : NOT_FOUND;
      },
    }),
  ];
}
