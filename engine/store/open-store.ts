import type { Capabilities, ChannelType } from "../core/domain/channel.ts";
import type { Change, Clock, Ids, Store } from "../ports.ts";
import { accountRows } from "./accounts.ts";
import type { Context } from "./context.ts";
import { conversationRows } from "./conversations.ts";
import { doctor } from "./doctor.ts";
import { flowRows } from "./flows.ts";
import { inbox } from "./inbox.ts";
import { mailbox } from "./mailbox.ts";
import { operations } from "./operations.ts";
import { outbox } from "./outbox.ts";
import { openPostgres } from "./postgres.ts";
import { shopRows } from "./shop.ts";
import { openSqlite, readSqlite, type StatementHook } from "./sqlite.ts";
import { workspaceRows } from "./workspaces.ts";

export interface StoreOptions {
  /** A file (or `:memory:`) for SQLite, `postgres://…` for PostgreSQL. */
  readonly databaseUrl: string;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Another one for every start: leases of an earlier life are not ours. */
  readonly processId: string;
  readonly secrets: Context["secrets"];
  readonly capabilitiesOf: (channel: ChannelType) => Capabilities;
  readonly log?: (message: string) => void;
  /** For fault tests on SQLite: called before every statement. */
  readonly onStatement?: StatementHook;
}

const POSTGRES = /^postgres(ql)?:/;
const fileOf = (databaseUrl: string): string => databaseUrl.replace(/^(sqlite|file):(\/\/)?/, "");

/** Checks the promises of a database, also while a server works on it; changes nothing. */
export async function examine(databaseUrl: string): ReturnType<Store["operations"]["doctor"]> {
  const db = POSTGRES.test(databaseUrl) ? await openPostgres(databaseUrl) : readSqlite(fileOf(databaseUrl));
  try {
    return await db.read(() => doctor());
  } finally {
    await db.close();
  }
}

/** Opens the database, brings it to this version and gives the store over it. Throws a sentence when that cannot be. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { databaseUrl, clock, ids, processId, secrets, capabilitiesOf } = options;
  const db = POSTGRES.test(databaseUrl)
    ? await openPostgres(databaseUrl, options.log)
    : openSqlite(fileOf(databaseUrl), options.onStatement);
  const listeners = new Set<(change: Change) => void>();
  const tell = (change: Change): void => {
    for (const listen of listeners) listen(change);
  };
  const context: Context = {
    db,
    clock,
    ids,
    processId,
    secrets,
    capabilitiesOf,
    accounts: new Map(),
    workspaces: new Map(),
    changed(changes) {
      for (const change of changes) tell(change);
      if (db.dialect === "postgres")
        for (const change of changes) db.notify(JSON.stringify({ from: processId, change }));
    },
  };
  const accounts = accountRows(context);
  const workspaces = workspaceRows(context);
  await workspaces.all();
  await accounts.all();
  // What the others changed: memory first, then whoever listens here.
  db.listen((payload) => {
    const { from, change } = JSON.parse(payload) as { readonly from: string; readonly change: Change };
    if (from === processId) return;
    const again =
      change.type === "accounts" ? accounts.all() : change.type === "workspace" ? workspaces.all() : Promise.resolve();
    again.then(
      () => tell(change),
      (error: unknown) => options.log?.(`a change could not be read: ${String(error)}`),
    );
  });
  // Our own writes to accounts are read back before anybody is told.
  const own = context.changed;
  const told: Context = {
    ...context,
    changed(changes) {
      if (!changes.some(({ type }) => type === "accounts")) return own(changes);
      accounts.all().then(
        () => own(changes),
        (error: unknown) => options.log?.(`accounts could not be read: ${String(error)}`),
      );
    },
  };
  const savingAccounts = accountRows(told);
  return {
    dialect: db.dialect,
    inbox: inbox(told),
    mailbox: mailbox(told),
    outbox: outbox(told),
    accounts: savingAccounts,
    flows: flowRows(told),
    conversations: conversationRows(told),
    shop: shopRows(told),
    workspaces,
    operations: operations(told),
    onChange(listen) {
      listeners.add(listen);
      return () => listeners.delete(listen);
    },
    close: () => db.close(),
  };
}
