import { z } from "zod";
import { secretFieldsOf } from "../core/domain/account-form.ts";
import type { Channel } from "../core/domain/channel.ts";
import type { ChannelAccountId, WorkspaceId } from "../core/domain/ids.ts";
import type { JsonObject } from "../core/domain/json.ts";
import type { Bilingual } from "../core/domain/language.ts";
import { type AccountScope, holds } from "../core/domain/rights.ts";
import type { AccountSaved, ChannelAccount } from "../ports.ts";
import { accountValues, type FieldProblems } from "./account-values.ts";
import { type AccountView, accountView } from "./account-view.ts";
import type { ServerDeps } from "./deps.ts";
import { id } from "./query.ts";
import { accountRoute, NOT_FOUND, ok, type Reply, type Route, route } from "./route.ts";

const name = z.string().trim().min(1).max(80);
const config = z.record(z.string().max(80), z.json());
const RULED: Bilingual = {
  fr: "Ce compte est réglé par l’environnement du serveur : changez-le là-bas.",
  en: "This account is ruled by the server's environment: change it there.",
};
const UNTESTED: Bilingual = {
  fr: "Ce compte ne peut pas être vérifié tant que ses réglages ne sont pas valables.",
  en: "This account cannot be tested until its settings are valid.",
};

/** Connected numbers, pages, mailboxes and chats: any number of each. */
export function accountRoutes(deps: ServerDeps): readonly Route[] {
  const { store, channels, settings } = deps;
  const channelOf = (type: string): Channel | undefined =>
    (channels.all as readonly unknown[] as readonly Channel[]).find((one) => one.type === type);
  const within = async (scope: AccountScope): Promise<readonly ChannelAccount[]> =>
    (await store.accounts.all()).filter(
      ({ id: accountId, workspaceId }) => workspaceId === scope.workspaceId && holds(scope, accountId),
    );
  const find = async (scope: AccountScope, accountId: string): Promise<ChannelAccount | undefined> =>
    (await within(scope)).find((account) => account.id === accountId);
  const view = (account: ChannelAccount, manageable: AccountScope): AccountView =>
    accountView(account, channelOf(account.channel), settings.publicUrl, holds(manageable, account.id));
  /** The account as it is now, known to this process too, for whoever manages it. */
  const shown = async (workspaceId: WorkspaceId, accountId: string, status = 200): Promise<Reply> => {
    await deps.reloadAccounts();
    const scope = { workspaceId, accounts: "all" } as const;
    const account = await find(scope, accountId);
    return account ? { status, body: view(account, scope) } : NOT_FOUND;
  };
  const save = (
    workspaceId: WorkspaceId,
    known: ChannelAccountId | null,
    channel: Channel,
    accountName: string,
    values: JsonObject,
  ): Promise<AccountSaved> =>
    store.accounts.put(workspaceId, known, {
      channel: channel.type,
      name: accountName,
      address: channel.address(values),
      config: values,
      secretFields: secretFieldsOf(channel.account),
    });
  const tested = async (account: Pick<ChannelAccount, "id" | "channel" | "config">) => {
    const findings = await deps.testConnection(account);
    return { ok: findings.every(({ level }) => level !== "error"), findings };
  };

  return [
    accountRoute({
      method: "get",
      path: "/api/accounts",
      permission: "accounts.view",
      summary: "Connected accounts; secrets only as set or not set. One that cannot be used says why",
      query: z.strictObject({ channel: z.string().max(40).optional() }),
      run: async ({ principal, query }) => {
        const all = await within(principal.scope);
        const wanted = all.filter((account) => query.channel === undefined || account.channel === query.channel);
        return ok({ items: wanted.map((account) => view(account, principal.scopeOf("accounts.manage"))) });
      },
    }),
    route({
      method: "post",
      path: "/api/accounts",
      permission: "accounts.manage",
      summary: "Connects an account: name and the values that `GET /api/channels` describes",
      body: z.strictObject({ channel: z.string().max(40), name, config }),
      run: async ({ principal, body }) => {
        const channel = channelOf(body.channel);
        if (!channel) return invalid({ channel: { fr: "Ce canal n’existe pas.", en: "There is no such channel." } });
        const values = accountValues(channel, body.config as JsonObject, {}, () => deps.ids.token());
        if ("problems" in values) return invalid(values.problems);
        const saved = await save(principal.workspaceId, null, channel, body.name, values.config);
        return saved.type === "saved" ? shown(principal.workspaceId, saved.id, 201) : refused(saved);
      },
    }),
    route({
      method: "post",
      path: "/api/accounts/test",
      permission: "accounts.manage",
      summary: "Tests values that are not saved; `id`: empty secrets are those of this account",
      body: z.strictObject({ channel: z.string().max(40), config, id: z.string().max(100).optional() }),
      run: async ({ principal, body }) => {
        const channel = channelOf(body.channel);
        if (!channel) return invalid({ channel: { fr: "Ce canal n’existe pas.", en: "There is no such channel." } });
        const known =
          body.id === undefined
            ? undefined
            : await find({ workspaceId: principal.workspaceId, accounts: "all" }, body.id);
        if (body.id !== undefined && known?.channel !== channel.type) return NOT_FOUND;
        const kept = (known?.config ?? {}) as JsonObject;
        const values = accountValues(channel, body.config as JsonObject, kept, () => deps.ids.token());
        if ("problems" in values) return invalid(values.problems);
        const accountId = known?.id ?? ("acc_unsaved" as ChannelAccountId);
        return ok(await tested({ id: accountId, channel: channel.type, config: values.config }));
      },
    }),
    accountRoute({
      method: "get",
      path: "/api/accounts/{id}",
      permission: "accounts.view",
      summary: "One account",
      params: id,
      run: async ({ principal, params }) => {
        const account = await find(principal.scope, params.id);
        return account ? ok(view(account, principal.scopeOf("accounts.manage"))) : NOT_FOUND;
      },
    }),
    accountRoute({
      method: "put",
      path: "/api/accounts/{id}",
      permission: "accounts.manage",
      summary: "Changes what is given; an empty secret keeps the old one. Values that the environment rules stay",
      params: id,
      body: z.strictObject({
        name: name.optional(),
        config: config.optional(),
        enabled: z.boolean().optional(),
        botEnabled: z.boolean().optional(),
        isDefault: z.literal(true).optional(),
      }),
      run: async ({ principal, params, body }) => {
        const account = await find(principal.scope, params.id);
        if (!account) return NOT_FOUND;
        const { workspaceId } = account;
        if (body.config !== undefined || body.name !== undefined) {
          if (account.managedBy === "environment") return conflict(RULED);
          const channel = channelOf(account.channel);
          if (!channel) return invalid({ "": { fr: "Ce canal n’existe pas.", en: "There is no such channel." } });
          const values = accountValues(channel, (body.config ?? {}) as JsonObject, account.config as JsonObject, () =>
            deps.ids.token(),
          );
          if ("problems" in values) return invalid(values.problems);
          const saved = await save(workspaceId, account.id, channel, body.name ?? account.name, values.config);
          if (saved.type !== "saved") return refused(saved);
        }
        if (body.enabled !== undefined)
          await store.accounts.setStatus(workspaceId, account.id, body.enabled ? "active" : "disabled", null);
        if (body.botEnabled !== undefined) await store.accounts.setBotEnabled(workspaceId, account.id, body.botEnabled);
        if (body.isDefault) await store.accounts.makeDefault(workspaceId, account.id);
        return shown(account.workspaceId, account.id);
      },
    }),
    accountRoute({
      method: "delete",
      path: "/api/accounts/{id}",
      permission: "accounts.manage",
      summary: "Disconnects an account: its secrets go, its conversations stay readable",
      params: id,
      run: async ({ principal, params }) => {
        const account = await find(principal.scope, params.id);
        if (!account) return NOT_FOUND;
        if (account.managedBy === "environment") return conflict(RULED);
        await store.accounts.remove(account.workspaceId, account.id);
        await deps.reloadAccounts();
        return ok({ done: true });
      },
    }),
    accountRoute({
      method: "post",
      path: "/api/accounts/{id}/test",
      permission: "accounts.manage",
      summary:
        "Tests the connection: what works, what does not, and what to do. A paused account that works again goes on",
      params: id,
      run: async ({ principal, params }) => {
        const account = await find(principal.scope, params.id);
        if (!account) return NOT_FOUND;
        if (account.status === "broken") return conflict(UNTESTED);
        const result = await tested(account);
        const resumed = result.ok && account.status === "authFailed";
        if (resumed) {
          await store.accounts.setStatus(account.workspaceId, account.id, "active", null);
          await deps.reloadAccounts();
        }
        return ok({ ...result, resumed });
      },
    }),
    accountRoute({
      method: "post",
      path: "/api/accounts/{id}/resume",
      permission: "accounts.manage",
      summary: "Lets a paused account send again, after its credentials or its billing were put right",
      params: id,
      run: async ({ principal, params }) => {
        const account = await find(principal.scope, params.id);
        if (!account) return NOT_FOUND;
        await store.accounts.setStatus(account.workspaceId, account.id, "active", null);
        await deps.reloadAccounts();
        return ok({ done: true });
      },
    }),
  ];
}

function invalid(fields: FieldProblems): Reply {
  return { status: 400, body: { error: "some values do not fit", fields } };
}
function conflict(message: Bilingual): Reply {
  return { status: 409, body: { error: message.en, message } };
}

function refused(saved: Exclude<AccountSaved, { readonly type: "saved" }>): Reply {
  switch (saved.type) {
    case "notFound":
      return NOT_FOUND;
    case "nameTaken": {
      const message = {
        fr: "Un autre compte de ce canal porte déjà ce nom.",
        en: "Another account of this channel has this name.",
      };
      return { status: 409, body: { error: message.en, message, fields: { name: message } } };
    }
    case "addressTaken": {
      const message = saved.name
        ? { fr: `Déjà connecté sous le nom « ${saved.name} ».`, en: `Connected already as "${saved.name}".` }
        : { fr: "Déjà connecté dans un autre espace.", en: "Connected already in another workspace." };
      return { status: 409, body: { error: message.en, message } };
    }
  }
}
