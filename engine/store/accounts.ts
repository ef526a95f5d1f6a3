import type { Capabilities, ChannelType } from "../core/domain/channel.ts";
import type { ChannelAccountId, EffectId, WorkspaceId } from "../core/domain/ids.ts";
import type { JsonObject } from "../core/domain/json.ts";
import type { AccountFault, AccountRows, AccountSaved, AccountValues, ChannelAccount } from "../ports.ts";
import { type Context, type Told, writeAndTell } from "./context.ts";
import { all, change, iso, json, number, one, put, type Row, type Script, scope, text, textOrNull } from "./sql.ts";
import { messageOf, setMessageStatus } from "./threads.ts";

/** Connected numbers, pages and widgets. Secret fields are encrypted, bound to their workspace and account. */
export function accountRows(context: Context): AccountRows {
  /** One statement on one account. */
  const set = (workspaceId: WorkspaceId, sql: string, ...params: readonly (string | number | null)[]) =>
    writeAndTell(context, function* () {
      const done = yield* change(
        `UPDATE channel_accounts SET ${sql} WHERE workspace_id = ? AND id = ? AND deleted_at IS NULL`,
        ...params.slice(0, -1),
        scope(workspaceId),
        params.at(-1) ?? null,
      );
      return { result: done, changes: done ? tell(workspaceId) : [] };
    });
  const save = (workspaceId: WorkspaceId, id: ChannelAccountId | null, account: AccountValues) =>
    writeAndTell(context, () => written(context, workspaceId, id, account));
  return {
    all: () => readAll(context),
    put: save,
    async save(workspaceId, account) {
      const known = await context.db.read(() => named(workspaceId, account.channel, account.name));
      const saved = await save(workspaceId, known ? (text(known, "id") as ChannelAccountId) : null, account);
      if (saved.type === "saved") return saved.id;
      const by = saved.type === "addressTaken" && saved.name !== null ? `, as "${saved.name}"` : "";
      throw new Error(`The ${account.channel} address ${account.address} is connected already${by}.`);
    },
    remove: (workspaceId, id) => writeAndTell(context, () => removed(context, workspaceId, id)),
    makeDefault: (workspaceId, id) =>
      writeAndTell(context, function* () {
        const row = yield* one(
          "SELECT channel FROM channel_accounts WHERE workspace_id = ? AND id = ? AND deleted_at IS NULL",
          scope(workspaceId),
          id,
        );
        if (!row) return { result: false, changes: [] };
        yield* put(
          "UPDATE channel_accounts SET is_default = CASE WHEN id = ? THEN 1 ELSE 0 END WHERE workspace_id = ? AND channel = ?",
          id,
          workspaceId,
          text(row, "channel"),
        );
        return { result: true, changes: tell(workspaceId) };
      }),
    knows: async (workspaceId, channel, name) =>
      (await context.db.read(() =>
        one(
          "SELECT id FROM channel_accounts WHERE workspace_id = ? AND channel = ? AND name = ?",
          scope(workspaceId),
          channel,
          name,
        ),
      )) !== null,
    async setManagedBy(workspaceId, id, by) {
      await set(workspaceId, "managed_by = ?", by, id);
    },
    async setStatus(workspaceId, id, status, detail) {
      await set(workspaceId, "status = ?, status_detail = ?", status, detail, id);
    },
    async setBotEnabled(workspaceId, id, enabled) {
      await set(workspaceId, "bot_enabled = ?", enabled ? 1 : 0, id);
    },
  };
}

const tell = (workspaceId: WorkspaceId) => [{ type: "accounts" as const, workspaceId }];

/** Reads all rows anew, also into the memory of the store; removed ones stay there, silent, for what is still under way. */
async function readAll(context: Context): Promise<readonly ChannelAccount[]> {
  const rows = await context.db.read(() =>
    all("SELECT * FROM channel_accounts ORDER BY is_default DESC, created_at, id"),
  );
  const connected = rows.filter((row) => row.deleted_at === null);
  const hasDefault = new Set<string>();
  let foreign = 0;
  let first: unknown = null;
  const accounts = connected.map((row) => {
    const place = `${text(row, "workspace_id")} ${text(row, "channel")}`;
    const isDefault = !hasDefault.has(place);
    hasDefault.add(place);
    const opened = configOf(context, row);
    if ("error" in opened && opened.fault === "keyWrong") {
      foreign++;
      first ??= opened.error;
    }
    return accountOf(row, opened, isDefault);
  });
  // Not one bad account but another installation's database, or a lost key: nothing good comes of starting.
  if (foreign > 0 && foreign === connected.length) throw first;
  context.accounts.clear();
  for (const { id, workspaceId, channel, status, botEnabled, config } of accounts) {
    const capabilities = capabilitiesOf(context, channel, status === "broken" ? undefined : config);
    context.accounts.set(id, { workspaceId, channel, status, botEnabled, capabilities });
  }
  for (const row of rows.filter((one) => one.deleted_at !== null)) {
    const channel = text(row, "channel") as ChannelType;
    context.accounts.set(text(row, "id") as ChannelAccountId, {
      workspaceId: text(row, "workspace_id") as WorkspaceId,
      channel,
      status: "disabled",
      botEnabled: false,
      capabilities: capabilitiesOf(context, channel),
    });
  }
  return accounts;
}

/** A channel that this version has not says nothing any more; what its conversations hold is shown as in a chat. */
function capabilitiesOf(context: Context, channel: ChannelType, config?: unknown): Capabilities {
  try {
    return context.capabilitiesOf(channel, config);
  } catch {
    return context.capabilitiesOf("web");
  }
}

type Opened =
  | { readonly config: unknown }
  | { readonly config: JsonObject; readonly fault: AccountFault; readonly error?: unknown };

/** Never throws: whatever is wrong with one account is said of that account. */
function configOf(context: Context, row: Row): Opened {
  let config: JsonObject = {};
  try {
    config = json<JsonObject>(row, "config");
    const hidden = context.secrets.open(text(row, "secrets"), sealContext(text(row, "workspace_id"), text(row, "id")));
    config = { ...config, ...(JSON.parse(hidden) as JsonObject) };
  } catch (error) {
    const isKey = error instanceof Error && error.name === "WrongKeyError";
    return { config, fault: isKey ? "keyWrong" : "damaged", error };
  }
  const read = context.readConfig(text(row, "channel") as ChannelType, config);
  return "fault" in read ? { config, fault: read.fault } : read;
}

function* named(workspaceId: WorkspaceId, channel: string, name: string): Script<Row | null> {
  return yield* one(
    "SELECT id FROM channel_accounts WHERE workspace_id = ? AND channel = ? AND name = ? AND deleted_at IS NULL",
    scope(workspaceId),
    channel,
    name,
  );
}

function* written(
  context: Context,
  workspaceId: WorkspaceId,
  known: ChannelAccountId | null,
  account: AccountValues,
): Script<Told<AccountSaved>> {
  const refused = (result: AccountSaved): Told<AccountSaved> => ({ result, changes: [] });
  // An address is nobody's twice, whatever the workspace: who connects something waits for whoever does so at the moment.
  yield* one("SELECT id FROM workspaces ORDER BY id LIMIT 1 /*lock*/");
  if (known !== null) {
    const row = yield* one(
      "SELECT id FROM channel_accounts WHERE workspace_id = ? AND id = ? AND channel = ? AND deleted_at IS NULL /*lock*/",
      scope(workspaceId),
      known,
      account.channel,
    );
    if (!row) return refused({ type: "notFound" });
  }
  const other = yield* one(
    "SELECT workspace_id, name FROM channel_accounts WHERE channel = ? AND address = ? AND deleted_at IS NULL AND NOT (workspace_id = ? AND id = ?)",
    account.channel,
    account.address,
    scope(workspaceId),
    known ?? "",
  );
  if (other) {
    const isOurs = text(other, "workspace_id") === workspaceId;
    return refused({ type: "addressTaken", name: isOurs ? text(other, "name") : null });
  }
  const namesake = yield* named(workspaceId, account.channel, account.name);
  if (namesake && text(namesake, "id") !== known) return refused({ type: "nameTaken" });
  const id = known ?? context.ids.make("channelAccount");
  const secret = new Set(account.secretFields);
  const entries = Object.entries(account.config);
  const open = Object.fromEntries(entries.filter(([key]) => !secret.has(key)));
  const hidden = Object.fromEntries(entries.filter(([key]) => secret.has(key)));
  yield* put(
    `INSERT INTO channel_accounts (workspace_id, id, channel, name, address, config, secrets, status, bot_enabled, managed_by, is_default, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, 'active', 1, ?, 0, ?)
     ON CONFLICT (workspace_id, id) DO UPDATE SET name = excluded.name, address = excluded.address, config = excluded.config,
       secrets = excluded.secrets, managed_by = excluded.managed_by, status_detail = NULL,
       status = CASE WHEN channel_accounts.status = 'disabled' THEN 'disabled' ELSE 'active' END`,
    workspaceId,
    id,
    account.channel,
    account.name,
    account.address,
    JSON.stringify(open),
    context.secrets.seal(JSON.stringify(hidden), sealContext(workspaceId, id)),
    account.managedBy ?? "api",
    context.clock.now(),
  );
  return { result: { type: "saved", id }, changes: tell(workspaceId) };
}

function* removed(context: Context, workspaceId: WorkspaceId, id: ChannelAccountId): Script<Told<boolean>> {
  const done = yield* change(
    `UPDATE channel_accounts SET deleted_at = ?, status = 'disabled', bot_enabled = 0, is_default = 0, secrets = ?
     WHERE workspace_id = ? AND id = ? AND deleted_at IS NULL`,
    context.clock.now(),
    context.secrets.seal("{}", sealContext(workspaceId, id)),
    scope(workspaceId),
    id,
  );
  if (!done) return { result: false, changes: [] };
  const rows = yield* all(
    `UPDATE effects SET state = 'cancelled' WHERE workspace_id = ? AND account_id = ? AND type = 'send' AND state = 'pending' RETURNING id`,
    workspaceId,
    id,
  );
  for (const row of rows)
    yield* setMessageStatus(workspaceId, messageOf(text(row, "id") as EffectId), "cancelled", null);
  return { result: true, changes: tell(workspaceId) };
}

function sealContext(workspaceId: string, id: string): string {
  return `${workspaceId}/${id}`;
}

function accountOf(row: Row, opened: Opened, isDefault: boolean): ChannelAccount {
  const fault = "fault" in opened ? opened.fault : null;
  return {
    id: text(row, "id") as ChannelAccountId,
    workspaceId: text(row, "workspace_id") as WorkspaceId,
    channel: text(row, "channel") as ChannelType,
    name: text(row, "name"),
    address: text(row, "address"),
    config: opened.config,
    status: fault ? "broken" : (text(row, "status") as ChannelAccount["status"]),
    statusDetail: fault ?? textOrNull(row, "status_detail"),
    botEnabled: number(row, "bot_enabled") === 1,
    managedBy: text(row, "managed_by") as ChannelAccount["managedBy"],
    isDefault,
    createdAt: iso(row, "created_at"),
  };
}
