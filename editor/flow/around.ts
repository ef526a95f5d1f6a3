import { queryOptions } from "@tanstack/react-query";
import { askJson } from "../api.ts";
import type { ChannelOffer } from "../channels/channel-offers.ts";
import { exportFlows } from "../flows/flow-files.ts";
import type { Around } from "./check-worker.ts";

/** What surrounds a flow: what checks need, and what forms offer. */
export interface Surroundings {
  readonly check: Around;
  readonly channels: readonly ChannelOffer[];
  readonly flowIds: readonly string[];
  readonly playbooks: readonly string[];
}

const FLOW = ".flow.yaml";
const PLAYBOOK = ".playbook.yaml";

export const aroundQuery = (id: string) =>
  queryOptions({
    queryKey: ["flows", "around", id],
    queryFn: async (): Promise<Surroundings> => {
      const [files, { items }] = await Promise.all([
        exportFlows(),
        askJson<{ readonly items: readonly ChannelOffer[] }>("/api/channels"),
      ]);
      const connected = items.filter(({ accounts }) => accounts.length > 0);
      const named = (ending: string): readonly string[] =>
        files.filter(({ name }) => name.endsWith(ending)).map(({ name }) => name.slice(0, -ending.length));
      const playbooks = named(PLAYBOOK);
      return {
        check: {
          channels: connected.map(({ type, label, capabilities }) => ({ type, label, capabilities })),
          others: files
            .filter(({ name }) => name.endsWith(FLOW) && name !== `${id}${FLOW}`)
            .map(({ source }) => source),
          templates: null,
          playbooks,
        },
        channels: connected.length > 0 ? connected : items,
        flowIds: named(FLOW),
        playbooks,
      };
    },
  });
