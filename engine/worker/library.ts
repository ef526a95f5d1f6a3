import type { FlowVersionId, WorkspaceId } from "../core/domain/ids.ts";
import { compileFlow, type FlowMachine } from "../core/flow/compile.ts";
import { parseFlow } from "../core/flow/parse.ts";
import type { DecideLibrary } from "../core/run/moments.ts";
import type { FlowVersion, Store } from "../ports.ts";

/** Compiled flow versions, made once each and kept: versions never change. */
export interface Library {
  of(workspaceId: WorkspaceId): DecideLibrary;
  /** Loads versions that runs are pinned to. One that is missing or cannot be read counts as gone: its runs go to people (C-13). */
  load(ids: readonly FlowVersionId[]): Promise<void>;
  /** Reads again which versions are current: at start and whenever a flow is published. */
  refresh(): Promise<void>;
}

/** A library over the store's published versions. */
export function createLibrary(store: Pick<Store, "flows">): Library {
  const versions = new Map<FlowVersionId, FlowMachine>();
  let current = new Map<WorkspaceId, ReadonlyMap<string, FlowMachine>>();
  const gone = new Set<FlowVersionId>();
  const views = new Map<WorkspaceId, DecideLibrary>();
  const compiled = (version: FlowVersion): FlowMachine => {
    const known = versions.get(version.id);
    if (known) return known;
    const { document, diagnostics } = parseFlow(version.source);
    if (!document) throw new Error(`flow version ${version.id} does not parse: ${diagnostics[0]?.message.en}`);
    const machine = compileFlow(document, version.id);
    versions.set(version.id, machine);
    return machine;
  };
  return {
    of(workspaceId) {
      const view = views.get(workspaceId);
      if (view) return view;
      const flows = current.get(workspaceId) ?? new Map<string, FlowMachine>();
      const made: DecideLibrary = {
        version: (id) => versions.get(id),
        gone: (id) => gone.has(id),
        current: (flow) => flows.get(flow),
        starts: [...flows.values()],
      };
      views.set(workspaceId, made);
      return made;
    },
    async load(ids) {
      const found = await store.flows.versions(ids.filter((id) => !versions.has(id)));
      for (const version of found) {
        try {
          compiled(version);
        } catch {
          gone.add(version.id);
        }
      }
      for (const id of ids) if (!versions.has(id)) gone.add(id);
    },
    async refresh() {
      const next = new Map<WorkspaceId, Map<string, FlowMachine>>();
      for (const version of await store.flows.current()) {
        const flows = next.get(version.workspaceId) ?? new Map<string, FlowMachine>();
        next.set(version.workspaceId, flows.set(version.flow, compiled(version)));
      }
      current = next;
      views.clear();
    },
  };
}
