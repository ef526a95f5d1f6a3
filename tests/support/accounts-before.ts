import { join } from "node:path";
import { channelOf } from "../../channels/registry.ts";
import { systemClock } from "../../engine/clock.ts";
import type { ChannelType } from "../../engine/core/domain/channel.ts";
import { createIds } from "../../engine/ids.ts";
import { createSecrets, loadKey } from "../../engine/secrets.ts";
import { openStore } from "../../engine/store/open-store.ts";

export interface GivenAccount {
  readonly channel: ChannelType;
  readonly name: string;
  readonly config: object;
  readonly secretFields?: readonly string[];
}

/** Connects accounts in the database of a server that has been started once and is stopped now. */
export async function connectBefore(dataDir: string, accounts: readonly GivenAccount[]): Promise<void> {
  const store = await openStore({
    databaseUrl: join(dataDir, "relais.db"),
    clock: systemClock,
    ids: createIds(systemClock),
    processId: "test",
    secrets: createSecrets(loadKey(undefined, dataDir)),
    capabilitiesOf: (type) => channelOf(type).capabilities,
  });
  const [workspace] = await store.workspaces.all();
  if (!workspace) throw new Error("the server has not been started yet");
  for (const { channel, name, config, secretFields = [] } of accounts) {
    const known = channelOf(channel);
    const parsed = known.account.parse(config);
    await store.accounts.save(workspace.id, {
      channel,
      name,
      address: known.address(parsed),
      config: parsed as never,
      secretFields,
    });
  }
  await store.close();
}
