import type { WorkspaceId } from "../core/domain/ids.ts";
import type { FlowVersion } from "../ports.ts";
import type { ServerDeps } from "./deps.ts";

/** What routes ask of one workspace's published flows. */
export function flowsOf({ store }: Pick<ServerDeps, "store">) {
  const published = async (workspaceId: WorkspaceId): Promise<readonly FlowVersion[]> =>
    (await store.flows.current()).filter((version) => version.workspaceId === workspaceId);
  return {
    published,
    isPublished: async (workspaceId: WorkspaceId, flow: string): Promise<boolean> =>
      (await published(workspaceId)).some((version) => version.flow === flow),
    /** How many talks are in each flow, whatever version they began with. */
    async liveRuns(workspaceId: WorkspaceId): Promise<ReadonlyMap<string, number>> {
      const counts = new Map<string, number>();
      for (const { flow, count } of await store.flows.liveRuns(workspaceId))
        counts.set(flow, (counts.get(flow) ?? 0) + count);
      return counts;
    },
  };
}
