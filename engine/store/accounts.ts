import type { ChannelType } from "../core/domain/channel.ts";
import type { ChannelAccountId, WorkspaceId } from "../core/domain/ids.ts";
import type { JsonObject } from "../core/domain/json.ts";
import type { AccountRows, ChannelAccount } from "../ports.ts";
import { type Context, writeAndTell } from "./context.ts";
import { all, json, number, one, put, type Row, type Script, scope, text, textOrNull } from "./sql.ts";

/** Connected numbers, pages and widgets. Secret fields are encrypted, bound to their workspace and account. */
export function accountRows(context: Context): AccountRows {
  const tell = (workspaceId: WorkspaceId) => [{ type: "accounts" as const, workspaceId }];
  return {
    async all() {
      const rows = await context.db.read(() => all("SELECT * FROM channel_accounts ORDER BY created_at, id"));
      const accounts = rows.map((row) => accountOf(context, row));
      context.accounts.clear();
      for (const { id, workspaceId, channel, status, botEnabled } of accounts) {
        context.accounts.set(id, { workspaceId, channel, status, botEnabled });
      }
      return accounts;
    },
    save: (workspaceId, account) =>
      writeAndTell(context, function* () {
        scope(workspaceId);
        const other = yield* one(
          "SELECT name FROM channel_accounts WHERE channel = ? AND address = ? AND NOT (workspace_id = ? AND name = ?)",
          account.channel,
          account.address,
          workspaceId,
          account.name,
        );
        if (other)
          throw new Error(
            `The ${account.channel} address ${account.address} is connected already, as "${text(other, "name")}".`,
          );
        const known = yield* one(
          "SELECT id FROM channel_accounts WHERE workspace_id = ? AND channel = ? AND name = ?",
          workspaceId,
          account.channel,
          account.name,
        );
        const id = (known ? text(known, "id") : context.ids.make("channelAccount")) as ChannelAccountId;
        const secret = new Set(account.secretFields);
        const entries = Object.entries(account.config);
        const open = Object.fromEntries(entries.filter(([key]) => !secret.has(key)));
        const hidden = Object.fromEntries(entries.filter(([key]) => secret.has(key)));
        const sealed = context.secrets.seal(JSON.stringify(hidden), sealContext(workspaceId, id));
        yield* upsert(context, workspaceId, id, account, open, sealed);
        return { result: id, changes: tell(workspaceId) };
      }),
    setStatus: (workspaceId, id, status, detail) =>
      writeAndTell(context, function* () {
        yield* put(
          "UPDATE channel_accounts SET status = ?, status_detail = ? WHERE workspace_id = ? AND id = ?",
          status,
          detail,
          scope(workspaceId),
          id,
        );
        return { result: undefined, changes: tell(workspaceId) };
      }),
    setBotEnabled: (workspaceId, id, enabled) =>
      writeAndTell(context, function* () {
        yield* put(
          "UPDATE channel_accounts SET bot_enabled = ? WHERE workspace_id = ? AND id = ?",
          enabled ? 1 : 0,
          scope(workspaceId),
          id,
        );
        return { result: undefined, changes: tell(workspaceId) };
      }),
  };
}

function* upsert(
  context: Context,
  workspaceId: WorkspaceId,
  id: ChannelAccountId,
  account: { readonly channel: ChannelType; readonly name: string; readonly address: string },
  config: JsonObject,
  sealed: string,
): Script<void> {
  yield* put(
    `INSERT INTO channel_accounts (workspace_id, id, channel, name, address, config, secrets, status, bot_enabled, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, 'active', 1, ?)
     ON CONFLICT (workspace_id, id) DO UPDATE SET address = excluded.address, config = excluded.config, secrets = excluded.secrets,
       status = 'active', status_detail = NULL`,
    workspaceId,
    id,
    account.channel,
    account.name,
    account.address,
    JSON.stringify(config),
    sealed,
    context.clock.now(),
  );
}

function sealContext(workspaceId: string, id: string): string {
  return `${workspaceId}/${id}`;
}

function accountOf(context: Context, row: Row): ChannelAccount {
  const workspaceId = text(row, "workspace_id") as WorkspaceId;
  const id = text(row, "id") as ChannelAccountId;
  const hidden = JSON.parse(context.secrets.open(text(row, "secrets"), sealContext(workspaceId, id))) as JsonObject;
  return {
    id,
    workspaceId,
    channel: text(row, "channel") as ChannelType,
    name: text(row, "name"),
    address: text(row, "address"),
    config: { ...json<JsonObject>(row, "config"), ...hidden },
    status: text(row, "status") as ChannelAccount["status"],
    statusDetail: textOrNull(row, "status_detail"),
    botEnabled: number(row, "bot_enabled") === 1,
  };
}
