import { resolve } from "node:path";
import { LIMITS } from "../core/domain/limits.ts";
import type { Change, Clock, Ids, Store } from "../ports.ts";
import { accountRows } from "./accounts.ts";
import { fileOf, isPostgres } from "./address.ts";
import { auditRows } from "./audit.ts";
import type { Context } from "./context.ts";
import { conversationRows } from "./conversations.ts";
import { guardDisk } from "./disk-guard.ts";
import { figureRows } from "./figures.ts";
import { flowRows } from "./flows.ts";
import { historyRows } from "./histories.ts";
import { inbox } from "./inbox.ts";
import { mailbox } from "./mailbox.ts";
import { mailRows } from "./mails.ts";
import { operations } from "./operations.ts";
import { outbox } from "./outbox.ts";
import { personRows } from "./people.ts";
import { openPostgres } from "./postgres.ts";
import type { RestoredFact } from "./restored.ts";
import { retention } from "./retention.ts";
import { roleRows } from "./roles.ts";
import { sessionRows } from "./sessions.ts";
import { shopRows } from "./shop.ts";
import { type Database, json, one } from "./sql.ts";
import { openSqlite, type StatementHook } from "./sqlite.ts";
import { tokenRows } from "./tokens.ts";
import { userRows } from "./users.ts";
import { visitorRows } from "./visitors.ts";
import { workspaceRows } from "./workspaces.ts";

export interface StoreOptions extends ContextOptions {
  /** A file (or `:memory:`) for SQLite, `postgres://…` for PostgreSQL. */
  readonly databaseUrl: string;
  /** Kept free on the disk of a SQLite file, for recording what is under way; absent: the disk is not watched. */
  readonly reserveBytes?: number;
  /** For fault tests on SQLite: called before every statement. */
  readonly onStatement?: StatementHook;
  /** For chaos tests: put around the database. */
  readonly around?: (db: Database) => Database;
}

export interface ContextOptions {
  readonly clock: Clock;
  readonly ids: Ids;
  /** Another one for every start: leases of an earlier life are not ours. */
  readonly processId: string;
  /** How long a send without an answer waits for evidence (C-6); default: `LIMITS.unknownWaitMs`. */
  readonly unknownWaitMs?: number;
  readonly secrets: Context["secrets"];
  readonly capabilitiesOf: Context["capabilitiesOf"];
  /** Judges stored configurations by their channel; absent: they are taken as they are. */
  readonly readConfig?: Context["readConfig"];
  readonly log?: (message: string) => void;
}

/** Opens the database, brings it to this version and gives the store over it. Throws a sentence when that cannot be. */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { databaseUrl, log, onStatement, around = (db) => db } = options;
  const db = isPostgres(databaseUrl)
    ? await openPostgres(databaseUrl, log)
    : openSqlite(fileOf(databaseUrl), onStatement ? { onStatement } : {});
  try {
    if (db.dialect === "postgres" || options.reserveBytes === undefined) return await storeOver(around(db), options);
    const { clock, reserveBytes } = options;
    const guard = guardDisk(resolve(fileOf(databaseUrl)), { clock, reserveBytes, log: log ?? (() => {}) });
    return guard.store(await storeOver(around(guard.database(db)), options));
  } catch (error) {
    // An open connection would keep a process that has said why it cannot start.
    await db.close();
    throw error;
  }
}

/** The store over a database that is open and of this version. */
export async function storeOver(db: Database, options: ContextOptions): Promise<Store> {
  const { clock, ids, processId, secrets, capabilitiesOf, unknownWaitMs = LIMITS.unknownWaitMs } = options;
  const listeners = new Set<(change: Change) => void>();
  const tell = (change: Change): void => {
    for (const listen of listeners) listen(change);
  };
  const restored = await db.read(() => one("SELECT value FROM facts WHERE key = 'restored'"));
  const context: Context = {
    db,
    restoredAt: restored ? json<RestoredFact>(restored, "value").at : 0,
    clock,
    ids,
    processId,
    unknownWaitMs,
    secrets,
    capabilitiesOf,
    readConfig: options.readConfig ?? ((_, config) => ({ config })),
    accounts: new Map(),
    workspaces: new Map(),
    orphans: { may: true },
    fresh: new Set(),
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
    mails: mailRows(told),
    histories: historyRows(told),
    accounts: savingAccounts,
    flows: flowRows(told),
    figures: figureRows(told),
    conversations: conversationRows(told),
    visitors: visitorRows(told),
    people: personRows(told),
    shop: shopRows(told),
    workspaces,
    users: userRows(told),
    sessions: sessionRows(told),
    roles: roleRows(told),
    tokens: tokenRows(told),
    audit: auditRows(told),
    operations: operations(told),
    retention: retention(told),
    onChange(listen) {
      listeners.add(listen);
      return () => listeners.delete(listen);
    },
    close: () => db.close(),
  };
}
