import type { Capabilities, ChannelType } from "../core/domain/channel.ts";
import type { ChannelAccountId, WorkspaceId } from "../core/domain/ids.ts";
import type { JsonObject } from "../core/domain/json.ts";
import type { Workspace } from "../core/domain/workspace.ts";
import type { AccountFault, Change, Clock, Ids } from "../ports.ts";
import type { Database } from "./sql.ts";

/** What the channel makes of a stored configuration. */
export type ReadConfig = (
  channel: ChannelType,
  config: JsonObject,
) => { readonly config: unknown } | { readonly fault: AccountFault };

/** What every part of the store works with. */
export interface Context {
  readonly db: Database;
  readonly clock: Clock;
  readonly ids: Ids;
  /** This process, as the owner of leases. */
  readonly processId: string;
  /** How long a send without an answer waits for evidence. */
  readonly unknownWaitMs: number;
  readonly secrets: { seal(plain: string, context: string): string; open(sealed: string, context: string): string };
  /** What a channel can show; an account of it, where accounts differ. */
  readonly capabilitiesOf: (channel: ChannelType, config?: unknown) => Capabilities;
  readonly readConfig: ReadConfig;
  /** Small and asked for at every step: kept in memory, read again when they change. */
  readonly accounts: Map<
    ChannelAccountId,
    {
      readonly workspaceId: WorkspaceId;
      readonly channel: ChannelType;
      readonly status: string;
      readonly botEnabled: boolean;
      readonly capabilities: Capabilities;
    }
  >;
  readonly workspaces: Map<WorkspaceId, Workspace>;
  /** What was there before this moment (ms) may have been acted on by another installation; 0: nothing was. */
  readonly restoredAt: number;
  /** Whether statuses wait for a message that is not known yet: mostly none do, and nobody needs to look. */
  readonly orphans: { may: boolean };
  /** Events that this very process has written and not tried yet: their first attempt is on record (C-9). */
  readonly fresh: Set<string>;
  /** After a commit: tells listeners here and on other processes. */
  readonly changed: (changes: readonly Change[]) => void;
}

/** Collects what a script changed, to be told after its commit. A script that runs again starts with a new list. */
export interface Told<T> {
  readonly result: T;
  readonly changes: readonly Change[];
}

/** Runs a script that tells what it changed. */
export async function writeAndTell<T>(context: Context, script: () => import("./sql.ts").Script<Told<T>>): Promise<T> {
  const { result, changes } = await context.db.write(script);
  if (changes.length > 0) context.changed(changes);
  return result;
}
