import type { FlowVersionId, WorkspaceId } from "../../engine/core/domain/ids.ts";
import { compileFlow, type FlowMachine } from "../../engine/core/flow/compile.ts";
import { parseFlow } from "../../engine/core/flow/parse.ts";
import type { DecideLibrary } from "../../engine/core/run/moments.ts";
import type { FlowVersion, Store } from "../../engine/ports.ts";
import type { Library } from "../../engine/worker/library.ts";

/** Compiling takes longer than a whole small seed, and a version with the same id and source is the same machine. */
const compiled = new Map<string, FlowMachine>();

function machineOf(version: FlowVersion): FlowMachine {
  const key = `${version.id}\n${version.source}`;
  const known = compiled.get(key);
  if (known) return known;
  const { document } = parseFlow(version.source);
  if (!document) throw new Error(`flow version ${version.id} does not parse`);
  const machine = compileFlow(document, version.id);
  compiled.set(key, machine);
  return machine;
}

/** Behaves like the engine's own library: what a process has not loaded, it has not, whatever is compiled already. */
export function quickLibrary(store: Pick<Store, "flows">): Library {
  const versions = new Map<FlowVersionId, FlowMachine>();
  let current = new Map<WorkspaceId, ReadonlyMap<string, FlowMachine>>();
  const load = (version: FlowVersion): FlowMachine => {
    const machine = machineOf(version);
    versions.set(version.id, machine);
    return machine;
  };
  return {
    of(workspaceId): DecideLibrary {
      const flows = current.get(workspaceId) ?? new Map<string, FlowMachine>();
      return {
        version: (id) => versions.get(id),
        current: (flow) => flows.get(flow),
        starts: [...flows.values()],
      };
    },
    async load(ids) {
      for (const version of await store.flows.versions(ids.filter((id) => !versions.has(id)))) load(version);
      const missing = ids.filter((id) => !versions.has(id));
      if (missing.length > 0) throw new Error(`flow versions are missing: ${missing.join(", ")}`);
    },
    async refresh() {
      const next = new Map<WorkspaceId, Map<string, FlowMachine>>();
      for (const version of await store.flows.current()) {
        const flows = next.get(version.workspaceId) ?? new Map<string, FlowMachine>();
        next.set(version.workspaceId, flows.set(version.flow, load(version)));
      }
      current = next;
    },
  };
}
